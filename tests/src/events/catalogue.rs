//! Event types, their sources and their keys.

/// The source of the lines of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Desktop,
    Mobile,
    Server,
}

/// A type: name, source, keys with placeholders, and relative frequency.
pub(crate) type Type = (&'static str, Source, &'static str, u64);

/// Types that are counted per day and have no relevant keys.
pub(crate) const PLAIN: [Type; 15] = [
    (
        "email_opened",
        Source::Server,
        r#""email_type":"user_resurrection_unread","email_id":"f3d9aa00-0000-4000-8000-%digits12%","#,
        2,
    ),
    (
        "login_successful",
        Source::Server,
        r#""login_source":"login","source":"https://discord.com/login","login_method":"password","is_new_user":false,"#,
        2,
    ),
    (
        "user_avatar_updated",
        Source::Server,
        r#""animated":false,"default_avatar_selected":null,"avatar_hash":"%hex32%","#,
        2,
    ),
    (
        "oauth2_authorize_accepted",
        Source::Server,
        r#""application_id":"%snowflake%","scopes":["identify","guilds"],"auth_type":"code","guild_id":null,"#,
        12,
    ),
    (
        "remote_auth_login",
        Source::Server,
        r#""remote_auth_fingerprint":"%base34%","nonce":"4d2c","#,
        1,
    ),
    (
        "notification_clicked",
        Source::Mobile,
        r#""notif_in_app":false,"notif_type":"MESSAGE_CREATE","notif_user_id":"%snowflake%","message_id":"%snowflake%","guild_id":"%guild%","channel_id":"%channel%","action_type":"open","push_data_size":"1184","#,
        16,
    ),
    (
        "captcha_served",
        Source::Server,
        r#""captcha_service":"hcaptcha","sitekey":"00000000-0000-4000-8000-00000000dd01","user_flow":"login","force_bad":false,"#,
        1,
    ),
    (
        "voice_message_recorded",
        Source::Mobile,
        r#""channel_id":"%channel%","channel_type":"1","duration_ms":"%digits4%","sent":true,"is_locked":false,"#,
        1,
    ),
    (
        "message_reported",
        Source::Server,
        r#""channel_id":"%channel%","guild_id":"%guild%","report_type":"message","report_sub_type":"spam","message_id":"%snowflake%","mutual_guild_ids":["%guild%"],"#,
        1,
    ),
    (
        "message_edited",
        Source::Server,
        r#""message_id":"%snowflake%","message_type":"0","channel":"%channel%","private":false,"server":"%guild%","num_attachments":"0","mention_ids":[],"length":"41","word_count":"8","emoji_unicode":"0","emoji_custom":"1","attachment_ids":[],"sticker_ids":[],"num_urls":"0","#,
        8,
    ),
    (
        "premium_upsell_viewed",
        Source::Desktop,
        r#""type":"File Upload Popout","is_animated":false,"has_premium_stream_fps":false,"location_page":"Guild Channel","location_section":"Channel Text Area","location_object":"Upload Button","#,
        4,
    ),
    (
        "bot_token_compromised",
        Source::Server,
        r#""bot_id":"%snowflake%","token_url":"https://example.org/leaked","#,
        1,
    ),
    (
        "application_created",
        Source::Server,
        r#""application_id":"%snowflake%","name":"Sample Bot","has_bot":true,"icon_hash":null,"#,
        1,
    ),
    (
        "app_crashed",
        Source::Desktop,
        r#""path":"/channels/:guildId/:channelId","extra":"{\"componentStack\":\"...\"}","error_message":"TypeError: x is undefined","#,
        1,
    ),
    (
        "app_native_crash",
        Source::Desktop,
        r#""did_crash":true,"renderer_crash_reason":"oom","exit_reason":"","signal":"11","binary_name":"discord_voice.node","callstack_hash":"%hex8%","#,
        5,
    ),
];

/// Further keys of the counted types with relevant keys, which come first.
pub(crate) const COUNTED: [Type; 10] = [
    (
        "guild_joined",
        Source::Server,
        r#""guild_name":"Sample Garden","guild_owner_id":"170000000000000099","user_guilds":"47","join_method":"USER","join_type":"invite","source":"Invite Button Embed","invite_code":"abc123","location":"Invite Button Embed","location_guild_id":"%guild%","location_channel_id":"%channel%","location_message_id":"%snowflake%","postable_channels":"12","accessible_text_channels":"18","#,
        1,
    ),
    (
        "application_command_used",
        Source::Desktop,
        r#""channel_id":"%channel%","channel_type":"0","channel_size_total":"0","channel_hidden":false,"guild_size_total":"5321","guild_num_channels":"63","guild_num_roles":"38","guild_is_vip":false,"is_member":true,"command_id":"%snowflake%","command_type":"1","command_name":"play","source":"slash","#,
        1,
    ),
    (
        "slash_command_used",
        Source::Desktop,
        r#""channel_id":"%channel%","channel_type":"0","command_id":"%snowflake%","#,
        1,
    ),
    (
        "add_reaction",
        Source::Server,
        r#""channel_type":"0","message_id":"%snowflake%","emoji_animated":true,"unique_reaction_count":"2","is_burst":false,"reacted_message_author_id":"%snowflake%","#,
        1,
    ),
    (
        "app_opened",
        Source::Mobile,
        r#""opened_from":"launcher","theme":"dark","load_id":"c0ffee00-0000-4000-8000-%digits12%","uri_host":"","uri_scheme":"","uri_path":"","has_cached_data":true,"#,
        1,
    ),
    (
        "dev_portal_page_viewed",
        Source::Desktop,
        r#""previous_page_name":"/docs/intro","previous_link_location":"sidebar","has_session":true,"application_id":null,"bot_id":null,"has_bot":false,"#,
        1,
    ),
    (
        "join_voice_channel",
        Source::Desktop,
        r#""channel_type":"2","channel_bitrate":"64000","nonce":"7d1e60f0-0000-4000-8000-%digits12%","rtc_connection_id":"5a7d7a10-0000-4000-8000-%digits12%","voice_state_count":"3","video_stream_count":"0","video_enabled":false,"game_name":"Example Quest","game_platform":"desktop","game_id":"500000000000000077","custom_status_count":"1","mobile_network_type":"unknown","#,
        1,
    ),
    (
        "leave_voice_channel",
        Source::Desktop,
        r#""channel_type":"2","channel_bitrate":"64000","nonce":"7d1e60f0-0000-4000-8000-%digits12%","rtc_connection_id":"5a7d7a10-0000-4000-8000-%digits12%","media_session_id":"9c2f60f0-0000-4000-8000-%digits12%","voice_state_count":"2","video_stream_count":"0","video_enabled":false,"game_name":"Example Quest","max_voice_state_count":"5","total_voice_state_count":"6","max_speaker_count":"4","total_speaker_count":"5","max_listener_count":"5","total_listener_count":"6","view_mode_grid_duration_ms":"120000","view_mode_focus_duration_ms":"0","view_mode_toggle_count":"1","#,
        1,
    ),
    ("session_start", Source::Server, r#""session_type":"normal","#, 1),
    ("session_end", Source::Server, "", 1),
];

/// Types that are not counted, with their share of lines; some names contain names of counted types.
pub(crate) const UNCOUNTED: [Type; 26] = [
    (
        "send_message",
        Source::Server,
        r#""message_id":"%snowflake%","channel":"%channel%","channel_type":"0","is_friend":false,"private":false,"server":"%guild%","num_attachments":"1","max_attachment_size":"182734","mention_ids":[],"length":"%digits2%","word_count":"12","mention_everyone":false,"emoji_unicode":"1","emoji_custom":"0","emoji_custom_external":"0","emoji_managed":"0","emoji_managed_external":"0","emoji_animated":"0","emoji_only":false,"num_embeds":"0","components":[],"client_application_id":null,"attachment_ids":["%snowflake%"],"has_spoiler":false,"probably_has_markdown":true,"message_type":"0","is_first_message":false,"sticker_ids":[],"attachment_content_types":["image/png"],"attachment_mimetypes":["image/png"],"mention_role_ids":[],"mutual_guild_ids":[],"attachment_sizes":["182734"],"attachment_widths":["1280"],"attachment_heights":["720"],"num_urls":"0","num_mentions":"0","#,
        183,
    ),
    (
        "activity_updated",
        Source::Desktop,
        r#""activity_type":"0","game_name":"Example Quest","game_id":"500000000000000077","platform":"desktop","num_attachments":"0","party_id":null,"has_images":true,"#,
        110,
    ),
    (
        "channel_opened",
        Source::Desktop,
        r#""channel_id":"%channel%","channel_type":"0","channel_size_total":"0","channel_member_perms":"2222085186637633","channel_hidden":false,"channel_is_nsfw":false,"guild_id":"%guild%","guild_size_total":"5321","guild_num_channels":"63","guild_num_text_channels":"41","guild_num_voice_channels":"12","guild_num_roles":"38","guild_member_num_roles":"4","guild_member_perms":"2222085186637633","guild_is_vip":false,"is_member":true,"num_voice_channels_active":"2","has_pending_member_action":false,"can_send_message":true,"#,
        62,
    ),
    (
        "ack_messages",
        Source::Server,
        r#""channel_id":"%channel%","channel_type":"0","guild_id":"%guild%","message_id":"%snowflake%","location_section":"Channel","manual":false,"#,
        56,
    ),
    (
        "channel_notice_viewed",
        Source::Desktop,
        r#""notice_type":"DOWNLOAD_NAG","channel_id":"%channel%","guild_id":"%guild%","#,
        56,
    ),
    (
        "guild_viewed",
        Source::Desktop,
        r#""guild_id":"%guild%","guild_size_total":"5321","guild_num_channels":"63","guild_num_roles":"38","guild_is_vip":false,"is_pending":false,"preview_enabled":false,"#,
        54,
    ),
    (
        "member_list_viewed",
        Source::Desktop,
        r#""channel_id":"%channel%","guild_id":"%guild%","num_users_visible":"%digits2%","num_users_visible_with_game_activity":"3","#,
        47,
    ),
    (
        "launch_game",
        Source::Desktop,
        r#""game":"Example Quest","game_id":"500000000000000077","verified":true,"elevated":false,"is_launchable":true,"detection_method":"exe","#,
        44,
    ),
    (
        "dm_list_viewed",
        Source::Desktop,
        r#""num_users_visible":"14","num_users_visible_with_mobile_indicator":"4","#,
        20,
    ),
    (
        "open_popout",
        Source::Desktop,
        r#""type":"Profile Popout","guild_id":"%guild%","channel_id":"%channel%","other_user_id":"%snowflake%","is_friend":true,"#,
        18,
    ),
    (
        "start_listening",
        Source::Desktop,
        r#""mode":"default","game_name":"Example Quest","channel":"%channel%","server":"%guild%","voice_state_count":"4","#,
        17,
    ),
    (
        "ready_payload_received",
        Source::Desktop,
        r#""compressed_byte_size":"%digits6%","uncompressed_byte_size":"%digits6%","presences_size":"%digits4%","users_size":"%digits4%","had_cache_at_startup":true,"num_guilds":"47","#,
        16,
    ),
    (
        "start_speaking",
        Source::Desktop,
        r#""mode":"VOICE_ACTIVITY","priority":false,"game_name":"Example Quest","channel":"%channel%","server":"%guild%","packet_loss_percent":"0","#,
        14,
    ),
    (
        "experiment_user_triggered",
        Source::Desktop,
        r#""name":"2023-01_example_experiment","revision":"3","bucket":"1","population":"0","hash_result":"%digits4%","excluded":false,"exposure_type":"auto","#,
        14,
    ),
    (
        "session_start_success",
        Source::Server,
        r#""session":"%hex32%","session_type":"normal","load_id":"c0ffee00-0000-4000-8000-%digits12%","gateway_load_time_ms":"612","#,
        22,
    ),
    ("session_start_client", Source::Desktop, r#""session":"%hex32%","#, 6),
    (
        "voice_disconnect",
        Source::Desktop,
        r#""media_session_id":"9c2f60f0-0000-4000-8000-%digits12%","hostname":"rotterdam9999.discord.media","port":"50004","protocol":"webrtc","reconnect":false,"reason":"Force Close","duration":"%digits6%","channel_id":"%channel%","channel_type":"2","guild_id":"%guild%","context":"stream","packets_sent":"83120","ping_average":"24","packets_received":"201331","mos_mean":4.37,"duration_connected_ms":"%digits6%","#,
        8,
    ),
    (
        "guild_joined_pending",
        Source::Server,
        r#""guild_id":"%guild%","guild_name":"Sample Garden","#,
        1,
    ),
    (
        "remove_reaction",
        Source::Server,
        r#""channel_id":"%channel%","emoji_name":"party_cat","emoji_id":"%snowflake%","#,
        1,
    ),
    ("app_opened_deferred", Source::Mobile, r#""opened_from":"launcher","#, 1),
    (
        "email_sent",
        Source::Server,
        r#""email_type":"user_resurrection_unread","#,
        1,
    ),
    ("login_succeeded", Source::Server, r#""login_source":"login","#, 1),
    (
        "join_call",
        Source::Desktop,
        r#""channel_id":"%channel%","ringing":true,"#,
        1,
    ),
    (
        "accepted_instant_invite",
        Source::Server,
        r#""invite":"abc123","guild":"%guild%","channel":"%channel%","#,
        1,
    ),
    (
        "application_command_browser_opened",
        Source::Desktop,
        r#""application_id":"%snowflake%","guild_id":"%guild%","#,
        1,
    ),
    (
        "voice_connection_success",
        Source::Desktop,
        r#""channel_id":"%channel%","guild_id":"%guild%","connect_time":"%digits3%","#,
        4,
    ),
];
