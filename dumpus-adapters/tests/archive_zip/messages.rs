//! Message files, in all the spellings they have.

use dumpus_ports::domain::report::{Report, Section, SectionStatus};

use crate::status;
use crate::support::{MESSAGES, package, read, with};

async fn messages(text: impl AsRef<[u8]>) -> Report {
    read(&with(package(), MESSAGES, text)).await
}

#[tokio::test]
async fn any_spelling_of_messages_is_read() {
    let id = 1_190_000_000_000_000_012u64;
    let stamp = "2024-01-01 18:37:01";
    let one = format!(r#"{{"ID":{id},"Timestamp":"{stamp}","Contents":"a","Attachments":""}}"#);
    let spellings = [
        format!("[{one},{one},{one}]"),
        format!("\u{FEFF}[\n  {one} ,\n  {one},\n{one},\n]\n"),
        format!("{one}{one}\n{one}"),
        format!("[{one} {one},,{one}"),
        format!(r#"{{"messages":[{one},{one},{one}],"count":3}}"#),
        format!(r#"{{ "channel": {{"id":"1"}}, "messages" : [{one},{one},{one}]}}"#),
        format!(
            r#"[{{"Contents":"{{\"ID\":1}}","Timestamp":"{stamp}"}},{{"ID":"{id}"}},{{"Attachments":["x",{{"a":"]"}}],"ID":{id}}}]"#
        ),
        format!(
            "[{one},{{\"Contents\":\"raw\nline\",\"ID\":{id}}},{{\"ID\":{id},\"Timestamp\":null,\"Contents\":\"cut \\ud83d\"}}]"
        ),
        format!(r#"[{{"ID":{id},"Timestamp":"{stamp}","Contents":"\\","Attachments":"a\"b"}},{one},{one}]"#),
    ];
    for text in spellings {
        let report = messages(&text).await;
        assert_eq!(report.dm_channels[0].message_count, 3, "{text}");
        assert_eq!(status(&report, Section::Messages), SectionStatus::Ok, "{text}");
        let dated: u32 = report
            .message_hours
            .iter()
            .flat_map(|channel| &channel.hours)
            .map(|(_, count)| count)
            .sum();
        assert_eq!(dated, 3, "{text}");
    }
}

#[tokio::test]
async fn spoilt_messages_cost_themselves_only() {
    let one = r#"{"ID":1190000000000000012,"Timestamp":"2024-01-01 18:37:01","Contents":"a","Attachments":""}"#;
    let spoilt = [
        format!(r#"[{one},{{"ID":1190000000000000013,"Contents":"no end}},{one},{one}]"#),
        format!("[{one},{{broken}},{one},{one}]"),
        format!(r#"[{one},{{"ID" 5}},{one},{one}]"#),
        format!(r#"[{one},{one},"text",{one}]"#),
        format!(r#"[{one},{one},{{"name":"none"}},{one}]"#),
        format!(r#"[{one},{one},{one},{{"ID":1190000000000000013,"Conte"#),
    ];
    for text in spoilt {
        let report = messages(&text).await;
        assert_eq!(report.dm_channels[0].message_count, 3, "{text}");
        assert_eq!(status(&report, Section::Messages), SectionStatus::Damaged, "{text}");
    }
}

#[tokio::test]
async fn a_bracket_that_is_never_closed_costs_no_message_behind_it() {
    let line = r#"{"ID": 1190000000000000012, "Timestamp": "2024-01-01 18:37:01", "Contents": "a", "Attachments": ""}"#;
    for (unclosed, end) in [("[1,", "]"), ("{\"y\": {", "]"), ("[", "]}")] {
        for count in [1, 300, 30_000] {
            let lines = vec![line; count].join(",\n");
            let list = format!("[\n{{\"ID\": 1190000000000000011, \"x\": {unclosed}\n{lines}\n{end}");
            for text in [format!("{{\"messages\":{list}}}"), list] {
                let report = messages(&text).await;
                assert_eq!(report.dm_channels[0].message_count, count as u64, "{unclosed} {count}");
                assert_eq!(status(&report, Section::Messages), SectionStatus::Damaged);
            }
        }
    }
}

#[tokio::test]
async fn empty_and_absent_message_files_are_channels_without_messages() {
    for text in ["", "[]", "\u{FEFF}[ ]\n", r#"{"messages":[]}"#] {
        let report = messages(text).await;
        assert_eq!(report.dm_channels[0].message_count, 0, "{text}");
        assert_eq!(status(&report, Section::Messages), SectionStatus::Empty, "{text}");
    }
    let mut without = package();
    without.entries.retain(|entry| entry.name != MESSAGES.as_bytes());
    assert_eq!(read(&without).await.dm_channels[0].message_count, 0);
}

#[tokio::test]
async fn csv_is_read_by_its_columns() {
    let name = MESSAGES.replace("json", "csv");
    let mut archive = package();
    archive.entries.retain(|entry| entry.name != MESSAGES.as_bytes());
    let header = "ID,Timestamp,Contents,Attachments";
    let row = "1190000000000000012,2022-08-02 00:59:59.753000+00:00,\"I \"\"love\"\"\nit, really\",";
    let short = "1190000000000000013,2022-08-02 00:59:59+00:00";
    for text in [
        format!("\u{FEFF}{header}\r\n{row}\r\n{short}\r\n"),
        format!("{header}\n{row}\n\n{short},,"),
        "Contents,id,TIMESTAMP\n\"I love it\",5,2022-08-02 00:59:59+00:00\n,6,2022-08-02 01:59:59\n".to_owned(),
    ] {
        let report = read(&archive.clone().file(&name, &text)).await;
        assert_eq!(report.dm_channels[0].message_count, 2, "{text}");
        assert!(report.dm_channels[0].sentiment > 6_000);
        assert_eq!(status(&report, Section::Messages), SectionStatus::Ok, "{text}");
    }
    for text in ["", header] {
        let report = read(&archive.clone().file(&name, text)).await;
        assert_eq!(report.dm_channels[0].message_count, 0);
        assert_eq!(status(&report, Section::Messages), SectionStatus::Empty);
    }
    let unknown = read(&archive.clone().file(&name, "a,b\n1,2\n")).await;
    assert_eq!(status(&unknown, Section::Messages), SectionStatus::Damaged);
    let spoilt = read(&archive.clone().file(&name, format!("{header}\nwords\n{short}\n"))).await;
    assert_eq!(spoilt.dm_channels[0].message_count, 1);
    assert_eq!(status(&spoilt, Section::Messages), SectionStatus::Damaged);
}

#[tokio::test]
async fn two_message_files_of_one_channel_count_an_id_once() {
    let csv =
        "ID,Timestamp,Contents\n1190000000000000012,2024-01-01 18:37:01,x\n1190000000000000099,2024-01-01 18:37:02,y\n";
    let report = read(&package().file(&MESSAGES.replace("json", "csv"), csv)).await;
    assert_eq!(report.dm_channels[0].message_count, 2);
}
