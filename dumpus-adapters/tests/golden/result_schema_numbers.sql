CREATE TABLE package_data(
    package_id TEXT NOT NULL,
    package_version TEXT NOT NULL,
    package_owner_id TEXT NOT NULL,
    package_owner_name TEXT NOT NULL,
    package_owner_display_name TEXT,
    package_owner_avatar_url TEXT,
    package_is_partial BOOLEAN NOT NULL DEFAULT 0
);
CREATE TABLE package_sections(
    section TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    detail TEXT
) WITHOUT ROWID;
CREATE TABLE payments(
    payment_id TEXT PRIMARY KEY,
    payment_date TEXT NOT NULL,
    payment_amount INTEGER NOT NULL,
    payment_currency TEXT NOT NULL,
    payment_description TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE stored_events(n INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE stored_days(n INTEGER PRIMARY KEY, day TEXT NOT NULL);
CREATE TABLE stored_details(n INTEGER PRIMARY KEY, user_id TEXT, extra_field_1 TEXT);
CREATE TABLE stored_channel_ids(n INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE stored_guild_ids(n INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE stored_guilds(n INTEGER PRIMARY KEY, name TEXT NOT NULL, messages INTEGER NOT NULL);
CREATE TABLE stored_guild_channels(n INTEGER PRIMARY KEY, name TEXT NOT NULL, guild INTEGER NOT NULL, messages INTEGER NOT NULL, voice INTEGER NOT NULL);
CREATE TABLE stored_dm_channels(n INTEGER PRIMARY KEY, user_id TEXT NOT NULL, name TEXT NOT NULL, display_name TEXT, avatar TEXT, messages INTEGER NOT NULL, voice INTEGER NOT NULL, sentiment INTEGER NOT NULL);
CREATE TABLE stored_group_channels(n INTEGER PRIMARY KEY, name TEXT NOT NULL, recipients INTEGER NOT NULL, messages INTEGER NOT NULL, voice INTEGER NOT NULL);
CREATE TABLE stored_voice_sessions(channel INTEGER NOT NULL, guild INTEGER NOT NULL, sessions TEXT NOT NULL);
CREATE TABLE stored_sessions(os TEXT NOT NULL, sessions TEXT NOT NULL);
CREATE TABLE stored_activity(event INTEGER NOT NULL, guild INTEGER NOT NULL, channel INTEGER NOT NULL, first_day INTEGER NOT NULL, detail INTEGER NOT NULL, day INTEGER NOT NULL, counts INTEGER NOT NULL, numbers TEXT NOT NULL);
CREATE TABLE sqlite_stat1(tbl,idx,stat);
CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample);
CREATE VIEW guilds AS
SELECT i.id AS guild_id, g.name AS guild_name, g.messages AS total_message_count
FROM stored_guilds g JOIN stored_guild_ids i ON i.n = g.n;
CREATE VIEW guild_channels_data AS
SELECT i.id AS channel_id, c.name AS channel_name, g.id AS guild_id, c.messages AS total_message_count, c.voice AS total_voice_channel_duration
FROM stored_guild_channels c JOIN stored_channel_ids i ON i.n = c.n JOIN stored_guild_ids g ON g.n = c.guild;
CREATE VIEW dm_channels_data AS
SELECT i.id AS channel_id, d.user_id AS dm_user_id, d.name AS user_name, d.display_name AS display_name,
    CAST('https://cdn.discordapp.com/avatars/' || d.user_id || '/' || d.avatar || CASE substr(d.avatar, 1, 2) WHEN 'a_' THEN '.gif' ELSE '.png' END AS TEXT) AS user_avatar_url,
    d.messages AS total_message_count, d.voice AS total_voice_channel_duration, CAST(d.sentiment / 10000.0 AS REAL) AS sentiment_score
FROM stored_dm_channels d JOIN stored_channel_ids i ON i.n = d.n;
CREATE VIEW group_channels_data AS
SELECT i.id AS channel_id, g.name AS channel_name, g.recipients AS recipient_count, g.messages AS total_message_count, g.voice AS total_voice_channel_duration
FROM stored_group_channels g JOIN stored_channel_ids i ON i.n = g.n;
CREATE VIEW voice_sessions AS
SELECT c.id AS channel_id, g.id AS guild_id, CAST(t.value / 60 AS INTEGER) AS duration_mins,
    CAST(t.key AS TEXT) AS started_date, CAST((CAST(t.key AS INTEGER) + t.value) || '.0' AS TEXT) AS ended_date
FROM stored_voice_sessions v JOIN stored_channel_ids c ON c.n = v.channel JOIN stored_guild_ids g ON g.n = v.guild CROSS JOIN json_each(v.sessions) t;
CREATE VIEW sessions AS
SELECT CAST(t.key AS TEXT) AS started_date, CAST((CAST(t.key AS INTEGER) + t.value) || '.0' AS TEXT) AS ended_date,
    CAST(t.value / 60 AS INTEGER) AS duration_mins, s.os AS device_os
FROM stored_sessions s CROSS JOIN json_each(s.sessions) t;
CREATE VIEW activity AS
SELECT e.name AS event_name, d.day AS day, CAST(v.value % s.day / s.counts AS INTEGER) AS hour, CAST(v.value % s.counts + 1 AS INTEGER) AS occurence_count,
    (SELECT user_id FROM stored_details WHERE n = v.value / s.detail) AS associated_user_id, c.id AS associated_channel_id, g.id AS associated_guild_id,
    (SELECT extra_field_1 FROM stored_details WHERE n = v.value / s.detail) AS extra_field_1,
    CAST(CASE v.value / s.detail % 3 WHEN 1 THEN '0' WHEN 2 THEN '1' END AS TEXT) AS extra_field_2
FROM stored_events e JOIN stored_activity s ON s.event = e.n JOIN stored_channel_ids c ON c.n = s.channel JOIN stored_guild_ids g ON g.n = s.guild
    CROSS JOIN json_each(s.numbers) v CROSS JOIN stored_days d ON d.n = s.first_day + v.value % s.detail / s.day;
PRAGMA user_version = 2;
