CREATE TABLE guilds(
    guild_id TEXT PRIMARY KEY,
    guild_name TEXT NOT NULL,
    total_message_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE guild_channels_data(
    channel_id TEXT PRIMARY KEY,
    channel_name TEXT NOT NULL,
    guild_id TEXT NOT NULL,
    total_message_count INTEGER NOT NULL,
    total_voice_channel_duration INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE dm_channels_data(
    channel_id TEXT PRIMARY KEY,
    dm_user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    display_name TEXT,
    user_avatar_url TEXT,
    total_message_count INTEGER NOT NULL,
    total_voice_channel_duration INTEGER NOT NULL,
    sentiment_score REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE group_channels_data(
    channel_id TEXT PRIMARY KEY,
    channel_name TEXT NOT NULL,
    recipient_count INTEGER NOT NULL,
    total_message_count INTEGER NOT NULL,
    total_voice_channel_duration INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE voice_sessions(
    channel_id TEXT NOT NULL,
    guild_id TEXT,
    duration_mins INTEGER NOT NULL,
    started_date TEXT NOT NULL,
    ended_date TEXT NOT NULL,
    PRIMARY KEY (channel_id, started_date)
) WITHOUT ROWID;
CREATE TABLE sessions(
    started_date TEXT NOT NULL,
    ended_date TEXT NOT NULL,
    duration_mins INTEGER NOT NULL,
    device_os TEXT NOT NULL
);
CREATE TABLE activity(
    event_name TEXT NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER,
    occurence_count INTEGER NOT NULL,
    associated_user_id TEXT,
    associated_channel_id TEXT,
    associated_guild_id TEXT,
    extra_field_1 TEXT,
    extra_field_2 TEXT
);
