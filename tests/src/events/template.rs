//! Templates of event lines with placeholders, parsed once.

/// A part of a line that differs between events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    /// `"event_type":"...",`
    Type,
    /// `"event_id":"...",`, if the event has one.
    Id,
    User,
    Folder,
    /// `"os":"...",`, if the event has one.
    Os,
    /// The keys of the type.
    Fields,
    /// The last three time keys, each preceded by a comma.
    Times,
    Ingest,
    Hour,
    Day,
    Snowflake,
    Channel,
    Guild,
    Digits(usize),
    Hex(usize),
    Base64(usize),
    /// 0 to 255.
    Octet,
}

#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(&'static str),
    Hole(Hole),
}

/// A line, or the middle of one, split at its placeholders.
#[derive(Clone, Debug)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

impl Template {
    /// Splits `text` at its percent signs: every second part names a placeholder.
    pub(crate) fn new(text: &'static str) -> Self {
        let pieces = text.split('%').enumerate().map(|(at, part)| {
            if at % 2 == 0 {
                Piece::Text(part)
            } else {
                Piece::Hole(hole(part))
            }
        });
        Self(pieces.collect())
    }
}

fn hole(name: &str) -> Hole {
    let (letters, digits) = name.split_at(name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len()));
    let count = digits.parse().unwrap_or(1);
    match letters {
        "type" => Hole::Type,
        "id" => Hole::Id,
        "user" => Hole::User,
        "folder" => Hole::Folder,
        "os" => Hole::Os,
        "fields" => Hole::Fields,
        "times" => Hole::Times,
        "ingest" => Hole::Ingest,
        "hour" => Hole::Hour,
        "day" => Hole::Day,
        "snowflake" => Hole::Snowflake,
        "channel" => Hole::Channel,
        "guild" => Hole::Guild,
        "hex" => Hole::Hex(count),
        "base" => Hole::Base64(count),
        "octet" => Hole::Octet,
        _ => Hole::Digits(count),
    }
}

/// Lines of the desktop client.
pub(crate) const DESKTOP: &str = concat!(
    r#"{%type%%id%"event_source":"client","user_id":%user%,"domain":"%folder%","freight_hostname":"discord-freight-prd-1-%digits2%xk","#,
    r#""freight_id":"AQIC%base18%","ip":"203.0.113.%octet%","day":"3287","chosen_locale":"en-GB","detected_locale":"en-GB","#,
    r#""user_is_authenticated":true,"browser_user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "#,
    r#"discord/1.0.9031 Chrome/108.0.5359.215 Electron/22.3.26 Safari/537.36","browser":"Discord Client","browser_version":"22.3.26","#,
    r#""device":"","cfduid":"0f3c1a7be5d24d0e9a9b2f6d8c1e4a55",%os%"os_version":"10.0.22631","os_arch":"x64","os_sdk_version":"22631","#,
    r#""client_build_number":"263582","release_channel":"stable","client_version":"1.0.9031","client_performance_cpu":3.41,"#,
    r#""client_performance_memory":"412%digits3%","city":"Exampleville","country_code":"GB","region_code":"ENG","time_zone":"Europe/London","#,
    r#""isp":"Example Broadband Ltd",%fields%"accessibility_support_enabled":false,"accessibility_features":"524544","user_is_bot":false,"#,
    r#""rendered_locale":"en-GB","system_locale":"en-GB","client_uuid":"%base32%","client_heartbeat_session_id":"b7b0c0de-0000-4000-8000-%digits12%","#,
    r#""event_sequence_number":"%digits4%","cpu_core_count":"16","cfduid_signed":true,"_source_job_id":"bq-export-%digits6%","_ingest_ts":%ingest%,"#,
    r#""accepted_languages":["en-GB","en"],"accepted_languages_weighted":["en-GB","en;q=0.8"],"primary_accepted_language":"en-GB","#,
    r#""_processor_source":"freight","_hour_pt":"%hour%","_hour_utc":"%hour%","_day_pt":"%day%","_day_utc":"%day%"%times%}"#,
);

/// Lines of the mobile client.
pub(crate) const MOBILE: &str = concat!(
    r#"{%type%%id%"event_source":"client","user_id":%user%,"domain":"%folder%","freight_hostname":"discord-freight-prd-1-%digits2%xk","#,
    r#""freight_id":"AQIC%base18%","ip":"203.0.113.%octet%","day":"3287","chosen_locale":"en-GB","detected_locale":"en-GB","#,
    r#""user_is_authenticated":true,"browser_user_agent":"Discord-Android/216013;RNA","browser":"Discord Android","#,
    r#""device":"Pixel 99, examplephone","device_vendor_id":"6b1f0d52-0000-4000-8000-0123456789ab",%os%"os_version":"14","#,
    r#""os_sdk_version":"34","client_build_number":"216013","release_channel":"googleRelease","client_version":"216.13 - rn","#,
    r#""client_performance_memory":"301%digits3%","city":"Exampleville","country_code":"GB","region_code":"ENG","time_zone":"Europe/London","#,
    r#""isp":"Example Broadband Ltd",%fields%"accessibility_support_enabled":false,"accessibility_features":"524544","user_is_bot":false,"#,
    r#""rendered_locale":"en-GB","system_locale":"en-GB","client_uuid":"%base32%","client_heartbeat_session_id":"b7b0c0de-0000-4000-8000-%digits12%","#,
    r#""event_sequence_number":"%digits4%","cpu_core_count":"8","cfduid_signed":true,"_source_job_id":"bq-export-%digits6%","_ingest_ts":%ingest%,"#,
    r#""accepted_languages":["en-GB","en"],"accepted_languages_weighted":["en-GB","en;q=0.8"],"primary_accepted_language":"en-GB","#,
    r#""_processor_source":"freight","_hour_pt":"%hour%","_hour_utc":"%hour%","_day_pt":"%day%","_day_utc":"%day%"%times%}"#,
);

/// Lines of Discord's servers.
pub(crate) const SERVER: &str = concat!(
    r#"{%type%%id%"event_source":"api","user_id":%user%,"domain":"%folder%","freight_hostname":"discord-freight-prd-1-%digits2%xk","#,
    r#""freight_id":"AQIC%base18%","ip":"203.0.113.%octet%","day":"3287","user_is_authenticated":true,"city":"Exampleville","#,
    r#""country_code":"GB","region_code":"ENG","time_zone":"Europe/London","isp":"Example Broadband Ltd",%fields%"#,
    r#""browser":"Discord Client",%os%"os_version":"10.0.22631","client_build_number":"263582","client_version":"1.0.9031","user_is_bot":false,"#,
    r#""_source_job_id":"bq-export-%digits6%","_ingest_ts":%ingest%,"accepted_languages":["en-GB","en"],"#,
    r#""accepted_languages_weighted":["en-GB","en;q=0.8"],"primary_accepted_language":"en-GB","_processor_source":"freight","#,
    r#""_hour_pt":"%hour%","_hour_utc":"%hour%","_day_pt":"%day%","_day_utc":"%day%"%times%}"#,
);

/// Minimal lines.
pub(crate) const LEAN: &str = concat!(
    r#"{%type%%id%"user_id":%user%,"domain":"%folder%","ip":"203.0.113.%octet%",%os%%fields%"user_is_bot":false,"#,
    r#""_hour_utc":"%hour%","_day_utc":"%day%"%times%}"#,
);
