// Invariants that clients rely on. Each query selects the rows that violate the rule in its name.

const typed = (table, column, allowed) =>
  `SELECT 1 FROM ${table} WHERE typeof(${column}) NOT IN (${allowed.map((type) => `'${type}'`)})`;
const text = (table, column) => typed(table, column, ["text"]);
const optionalText = (table, column) => typed(table, column, ["text", "null"]);
const count = (table, column) => `${typed(table, column, ["integer"])} OR ${column} < 0`;
const instant = (table, column) =>
  `SELECT 1 FROM ${table} WHERE ${column} NOT GLOB '[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9].0'`;
const day = (table, column) =>
  `SELECT 1 FROM ${table} WHERE ${column} NOT GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]' OR date(${column}) IS NOT ${column}`;

// Periods do not overlap, end after they start, and last the whole minutes of the difference.
const stretches = (table) => ({
  [`${table}: times are text of ten digits and .0`]: `${instant(table, "started_date")} UNION ALL ${instant(table, "ended_date")}`,
  [`${table}: ends come after starts`]: `SELECT 1 FROM ${table} WHERE ended_date <= started_date`,
  [`${table}: durations are whole minutes`]: `SELECT 1 FROM ${table} WHERE typeof(duration_mins) <> 'integer'
    OR duration_mins <> (CAST(ended_date AS INTEGER) - CAST(started_date AS INTEGER)) / 60`,
  [`${table}: stretches do not overlap`]: `SELECT 1 FROM (
      SELECT started_date, LAG(ended_date) OVER (ORDER BY started_date) AS former_end FROM ${table}
    ) WHERE started_date < former_end`,
});

export const invariants = {
  "package_data: one row": "SELECT 1 FROM (SELECT COUNT(*) AS rows FROM package_data) WHERE rows <> 1",
  "package_data: the id is text": text("package_data", "package_id"),
  "package_data: the owner's id is text": text("package_data", "package_owner_id"),
  "package_data: the owner has a name": text("package_data", "package_owner_name"),
  "package_data: the version is known": "SELECT 1 FROM package_data WHERE package_version <> '0.1.0'",
  "package_data: partial is 0 or 1": "SELECT 1 FROM package_data WHERE typeof(package_is_partial) <> 'integer' OR package_is_partial NOT IN (0, 1)",
  "package_sections: each section once": `SELECT 1 FROM (SELECT group_concat(section) AS sections FROM (SELECT section FROM package_sections ORDER BY section))
    WHERE sections <> 'account,activity,messages,payments,servers'`,
  "package_sections: known statuses": "SELECT 1 FROM package_sections WHERE status NOT IN ('ok', 'missing', 'empty', 'damaged')",

  "activity: events are named": text("activity", "event_name"),
  "activity: days are days": day("activity", "day"),
  "activity: no day before Discord": "SELECT 1 FROM activity WHERE day < '2015-05-13'",
  "activity: hours are 0 to 23": `${typed("activity", "hour", ["integer"])} OR hour NOT BETWEEN 0 AND 23`,
  "activity: counts are above 0": `${count("activity", "occurence_count")} OR occurence_count = 0`,
  "activity: user ids are text": optionalText("activity", "associated_user_id"),
  "activity: channel ids are text": optionalText("activity", "associated_channel_id"),
  "activity: guild ids are text": optionalText("activity", "associated_guild_id"),
  "activity: custom emoji is '1' or '0'": `${optionalText("activity", "extra_field_2")} OR extra_field_2 NOT IN ('0', '1')
    OR (event_name = 'add_reaction') <> (extra_field_2 IS NOT NULL)`,
  "activity: reactions name an emoji, openings a system": `SELECT 1 FROM activity
    WHERE event_name IN ('add_reaction', 'app_opened') AND IFNULL(extra_field_1, '') = ''`,
  "activity: messages name a channel": "SELECT 1 FROM activity WHERE event_name = 'message_sent' AND associated_channel_id IS NULL",
  "activity: one row per key": `SELECT 1 FROM activity
    GROUP BY event_name, day, hour, associated_user_id, associated_channel_id, associated_guild_id, extra_field_1, extra_field_2
    HAVING COUNT(*) > 1`,

  "dm_channels_data: ids are text": `${text("dm_channels_data", "channel_id")} UNION ALL ${text("dm_channels_data", "dm_user_id")}`,
  "dm_channels_data: names are there": text("dm_channels_data", "user_name"),
  "dm_channels_data: sentiment is a real within -1 to 1": `${typed("dm_channels_data", "sentiment_score", ["real"])} OR ABS(sentiment_score) > 1`,
  "dm_channels_data: totals count": `${count("dm_channels_data", "total_message_count")} UNION ALL ${count("dm_channels_data", "total_voice_channel_duration")}`,
  "dm_channels_data: avatars are addresses": "SELECT 1 FROM dm_channels_data WHERE user_avatar_url NOT LIKE 'https://%'",
  "guild_channels_data: ids are text": `${text("guild_channels_data", "channel_id")} UNION ALL ${text("guild_channels_data", "guild_id")}`,
  "guild_channels_data: names are there": text("guild_channels_data", "channel_name"),
  "guild_channels_data: guilds are listed": "SELECT 1 FROM guild_channels_data WHERE guild_id NOT IN (SELECT guild_id FROM guilds)",
  "guild_channels_data: totals count": `${count("guild_channels_data", "total_message_count")} UNION ALL ${count("guild_channels_data", "total_voice_channel_duration")}`,
  "group_channels_data: ids are text": text("group_channels_data", "channel_id"),
  "group_channels_data: names are there": text("group_channels_data", "channel_name"),
  "group_channels_data: totals count": `${count("group_channels_data", "total_message_count")} UNION ALL ${count("group_channels_data", "recipient_count")}`,
  "channels are of one kind": `SELECT channel_id FROM (
      SELECT channel_id FROM dm_channels_data UNION ALL SELECT channel_id FROM guild_channels_data UNION ALL SELECT channel_id FROM group_channels_data
    ) GROUP BY channel_id HAVING COUNT(*) > 1`,
  "guilds: ids are text": text("guilds", "guild_id"),
  "guilds: names are there": text("guilds", "guild_name"),
  "guilds: totals are the sums of their channels": `SELECT 1 FROM guilds g WHERE typeof(total_message_count) <> 'integer' OR total_message_count <>
    (SELECT IFNULL(SUM(c.total_message_count), 0) FROM guild_channels_data c WHERE c.guild_id = g.guild_id)`,
  "voice totals are the sums of their sessions": `WITH totals AS (
      SELECT channel_id, total_voice_channel_duration FROM dm_channels_data UNION ALL
      SELECT channel_id, total_voice_channel_duration FROM guild_channels_data UNION ALL
      SELECT channel_id, total_voice_channel_duration FROM group_channels_data
    ), spent AS (
      SELECT channel_id, SUM(duration_mins) AS minutes FROM voice_sessions GROUP BY channel_id
    ) SELECT 1 FROM totals LEFT JOIN spent USING (channel_id) WHERE total_voice_channel_duration <> IFNULL(minutes, 0)`,
  "hours never count more messages than totals": `WITH counted AS (
      SELECT associated_channel_id AS channel_id, SUM(occurence_count) AS messages FROM activity WHERE event_name = 'message_sent' GROUP BY 1
    ), totals AS (
      SELECT channel_id, total_message_count FROM dm_channels_data UNION ALL
      SELECT channel_id, total_message_count FROM guild_channels_data UNION ALL
      SELECT channel_id, total_message_count FROM group_channels_data
    ) SELECT 1 FROM counted JOIN totals USING (channel_id) WHERE messages > total_message_count`,

  "payments: ids are text": text("payments", "payment_id"),
  "payments: days are days": day("payments", "payment_date"),
  "payments: amounts are whole and not 0": `${typed("payments", "payment_amount", ["integer"])} OR payment_amount = 0`,
  "payments: currencies are lower case": `${text("payments", "payment_currency")} OR payment_currency <> lower(payment_currency) OR payment_currency = ''`,
  "payments: descriptions are there": text("payments", "payment_description"),
  "payments: no play money": "SELECT 1 FROM payments WHERE payment_currency = 'discord_orb'",

  ...stretches("voice_sessions"),
  "voice_sessions: ids are text": `${text("voice_sessions", "channel_id")} UNION ALL ${optionalText("voice_sessions", "guild_id")}`,
  ...stretches("sessions"),
  "sessions: a system is named": `${text("sessions", "device_os")} OR device_os = ''`,
};
