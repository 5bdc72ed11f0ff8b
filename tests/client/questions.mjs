// The queries of the client's screens, for the whole time range of the file or for its last days.

const sum = (rows, column) => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
const isIn = (range, value) => value >= range.first && value <= range.last;

export function* questions(all, lastDays = null) {
  yield {
    name: "time range",
    sql: "SELECT MIN(day) AS first, MAX(day) AS last FROM activity",
    check: ([{ first, last }]) => (first === null) === (last === null) ? null : "half a range",
  };
  const [range] = all("SELECT IFNULL(MIN(day), '2020-01-01') AS first, IFNULL(MAX(day), '2020-01-31') AS last FROM activity");
  if (lastDays !== null) [{ first: range.first }] = all(`SELECT date('${range.last}', '-${lastDays - 1} days') AS first`);
  const within = `a.day BETWEEN '${range.first}' AND '${range.last}'`;
  const messages = `a.event_name = 'message_sent' AND ${within}`;
  const [{ sent }] = all(`SELECT IFNULL(SUM(occurence_count), 0) AS sent FROM activity a WHERE ${messages}`);
  const allSent = (rows) => (sum(rows, "message_count") === sent ? null : "the sum is not that of all messages");
  const notMore = (rows) => (sum(rows, "message_count") <= sent ? null : "more messages than were sent");

  yield {
    name: "owner",
    sql: `SELECT package_id, package_owner_id, package_owner_name, package_owner_display_name, package_owner_avatar_url,
        package_is_partial FROM package_data`,
    check: (rows) => (rows.length === 1 ? null : "not one row"),
  };
  yield {
    name: "messages by hour",
    sql: `SELECT a.hour, SUM(a.occurence_count) AS message_count FROM activity a WHERE ${messages} GROUP BY hour ORDER BY hour`,
    check: allSent,
  };
  yield {
    name: "messages by day",
    sql: `SELECT a.day, SUM(a.occurence_count) AS message_count FROM activity a WHERE ${messages} GROUP BY a.day ORDER BY a.day`,
    check: (rows) => allSent(rows) ?? (rows.every(({ day }) => isIn(range, day)) ? null : "a day out of range"),
  };
  yield {
    name: "mean messages of a day",
    sql: `SELECT ROUND(AVG(daily)) AS mean FROM (
        SELECT SUM(a.occurence_count) AS daily FROM activity a WHERE ${messages} GROUP BY a.day)`,
  };
  yield {
    name: "mean openings of a day",
    sql: `SELECT ROUND(AVG(daily)) AS mean FROM (
        SELECT SUM(occurence_count) AS daily FROM activity WHERE event_name = 'app_opened' GROUP BY day)`,
  };
  yield { name: "openings by system", sql: `SELECT extra_field_1 AS os, SUM(a.occurence_count) AS count FROM activity a
      WHERE a.event_name = 'app_opened' AND ${within} GROUP BY os ORDER BY count DESC` };
  yield { name: "people written to", sql: "SELECT COUNT(DISTINCT dm_user_id) AS count FROM dm_channels_data" };
  for (const event of ["guild_joined", "login_successful", "notification_clicked", "app_crashed", "message_edited"]) {
    yield { name: `count of ${event}`, sql: `SELECT IFNULL(SUM(a.occurence_count), 0) AS count FROM activity a
        WHERE a.event_name = '${event}' AND ${within}` };
  }

  const topDms = `SELECT d.dm_user_id, d.user_name, d.user_avatar_url, SUM(a.occurence_count) AS message_count, d.channel_id
      FROM activity a JOIN dm_channels_data d ON a.associated_channel_id = d.channel_id
      WHERE ${messages} GROUP BY d.dm_user_id ORDER BY message_count DESC`;
  const topChannels = `SELECT c.channel_name, c.channel_id, c.guild_id, g.guild_name, SUM(a.occurence_count) AS message_count
      FROM guild_channels_data c JOIN activity a ON a.associated_channel_id = c.channel_id JOIN guilds g ON g.guild_id = c.guild_id
      WHERE ${messages} GROUP BY c.channel_id ORDER BY message_count DESC`;
  const topGuilds = `SELECT g.guild_id, g.guild_name, SUM(a.occurence_count) AS message_count
      FROM guilds g JOIN activity a ON a.associated_guild_id = g.guild_id
      WHERE ${messages} GROUP BY g.guild_id ORDER BY message_count DESC`;
  yield { name: "top DMs", sql: `${topDms} LIMIT 30`, check: notMore };
  yield { name: "number of DMs", sql: `SELECT COUNT(*) AS count FROM (${topDms})` };
  yield { name: "top channels", sql: `${topChannels} LIMIT 30`, check: notMore };
  yield { name: "number of channels", sql: `SELECT COUNT(*) AS count FROM (${topChannels})` };
  yield { name: "top guilds", sql: `${topGuilds} LIMIT 30`, check: notMore };
  yield { name: "number of guilds", sql: `SELECT COUNT(*) AS count FROM (${topGuilds})` };

  const [dm] = all(`${topDms} LIMIT 1`);
  const [channel] = all(`${topChannels} LIMIT 1`);
  const [guild] = all(`${topGuilds} LIMIT 1`);
  const asBefore = (former) => ([row]) => (row?.message_count === former.message_count ? null : "not the count of the list");
  if (dm) yield* oneDm(dm, messages, range, asBefore(dm));
  if (channel) yield* oneChannel(channel, messages, within, range, asBefore(channel));
  if (guild) yield* oneGuild(guild, messages, within, range, asBefore(guild));

  yield {
    name: "chart of everything",
    sql: chart(range, "SELECT a.day, a.occurence_count FROM activity a"),
  };
  yield {
    name: "chart of messages",
    sql: chart(range, "SELECT a.day, a.occurence_count FROM activity a WHERE a.event_name = 'message_sent'"),
    check: allSent,
  };
  yield { name: "reactions by emoji", sql: `SELECT extra_field_1 AS emoji, extra_field_2 AS is_custom, SUM(a.occurence_count) AS count
      FROM activity a WHERE a.event_name = 'add_reaction' AND ${within} GROUP BY emoji, is_custom ORDER BY count DESC LIMIT 30` };
  yield { name: "payments by currency", sql: `SELECT payment_currency AS currency, SUM(payment_amount) / 100 AS amount, COUNT(*) AS count
      FROM payments GROUP BY currency ORDER BY currency` };
  yield { name: "payments in range", sql: `SELECT IFNULL(SUM(payment_amount), 0) / 100 AS amount FROM payments
      WHERE payment_date BETWEEN '${range.first}' AND '${range.last}'` };
  yield { name: "what was read", sql: "SELECT section, status, detail FROM package_sections ORDER BY section" };
  yield* times(range);
}

function* oneDm({ dm_user_id: user }, messages, range, asBefore) {
  const from = `FROM activity a JOIN dm_channels_data d ON a.associated_channel_id = d.channel_id`;
  yield { name: "a DM's person", sql: `SELECT user_name, user_avatar_url, dm_user_id, sentiment_score FROM dm_channels_data
      WHERE dm_user_id = '${user}' LIMIT 1`, check: (rows) => (rows.length === 1 ? null : "nobody") };
  yield { name: "a DM's messages", sql: `SELECT SUM(a.occurence_count) AS message_count ${from}
      WHERE ${messages} AND d.dm_user_id = '${user}' GROUP BY d.dm_user_id LIMIT 1`, check: asBefore };
  yield { name: "a DM's best hour", sql: `SELECT hour, SUM(a.occurence_count) AS message_count ${from}
      WHERE ${messages} AND d.dm_user_id = '${user}' GROUP BY hour ORDER BY message_count DESC LIMIT 1` };
  yield { name: "a DM's chart", sql: chart(range, `SELECT a.day, a.occurence_count ${from}
      WHERE a.event_name = 'message_sent' AND d.dm_user_id = '${user}'`) };
}

function* oneChannel({ channel_id: channel }, messages, within, range, asBefore) {
  yield { name: "a channel's messages", sql: `SELECT SUM(a.occurence_count) AS message_count
      FROM guild_channels_data c JOIN activity a ON a.associated_channel_id = c.channel_id
      WHERE ${messages} AND c.channel_id = '${channel}' GROUP BY c.channel_id LIMIT 1`, check: asBefore };
  yield { name: "a channel's best hour", sql: `SELECT hour, SUM(occurence_count) AS message_count FROM activity a
      WHERE ${messages} AND associated_channel_id = '${channel}' GROUP BY hour ORDER BY message_count DESC LIMIT 1` };
  yield { name: "a channel's reactions", sql: `SELECT SUM(a.occurence_count) AS count FROM activity a
      WHERE a.event_name = 'add_reaction' AND a.associated_channel_id = '${channel}' AND ${within}` };
  yield { name: "a channel's chart", sql: chart(range, `SELECT a.day, a.occurence_count FROM activity a
      WHERE a.event_name = 'message_sent' AND a.associated_channel_id = '${channel}'`), check: ([...rows]) =>
      asBefore([{ message_count: sum(rows, "message_count") }]) };
}

function* oneGuild({ guild_id: guild }, messages, within, range, asBefore) {
  yield { name: "a guild's messages", sql: `SELECT SUM(occurence_count) AS message_count FROM activity a
      WHERE ${messages} AND associated_guild_id = '${guild}'`, check: asBefore };
  yield { name: "a guild's channels", sql: `SELECT c.channel_id, c.channel_name, SUM(a.occurence_count) AS message_count
      FROM guild_channels_data c JOIN activity a ON a.associated_channel_id = c.channel_id JOIN guilds g ON g.guild_id = c.guild_id
      WHERE ${messages} AND a.associated_guild_id = '${guild}' GROUP BY c.channel_id ORDER BY message_count DESC LIMIT 30` };
  yield { name: "a guild's joins", sql: `SELECT IFNULL(SUM(a.occurence_count), 0) AS count FROM activity a
      WHERE a.event_name = 'guild_joined' AND a.associated_guild_id = '${guild}' AND ${within}` };
  yield { name: "a guild's bots", sql: `SELECT a.associated_user_id, d.user_name, d.display_name, d.user_avatar_url, SUM(a.occurence_count) AS count
      FROM activity a LEFT JOIN dm_channels_data d ON a.associated_user_id = d.dm_user_id
      WHERE a.event_name = 'application_command_used' AND a.associated_guild_id = '${guild}' AND ${within}
      GROUP BY a.associated_user_id ORDER BY count DESC` };
  yield { name: "a guild's chart", sql: chart(range, `SELECT a.day, a.occurence_count FROM activity a
      WHERE a.event_name = 'message_sent' AND a.associated_guild_id = '${guild}'`) };
}

// Times are compared as text: bare seconds on one side, seconds with ".0" on the other.
function* times(range) {
  const seconds = (day) => Date.parse(`${day}T00:00:00Z`) / 1000;
  const [from, to] = [seconds(range.first), seconds(range.last) + 86_400];
  for (const table of ["sessions", "voice_sessions"]) {
    const asText = `started_date BETWEEN '${from}' AND '${to}'`;
    const hour = "CAST(started_date AS INTEGER) / 3600 % 24";
    yield {
      name: `${table} in range`,
      sql: `SELECT COUNT(*) AS count, IFNULL(SUM(duration_mins), 0) AS minutes, ROUND(AVG(duration_mins)) AS mean,
          (SELECT COUNT(*) FROM ${table} WHERE CAST(started_date AS REAL) BETWEEN ${from} AND ${to - 1}) AS by_number
          FROM ${table} WHERE ${asText}`,
      check: ([row]) => (row.count === row.by_number ? null : "text and numbers choose different rows"),
    };
    yield { name: `${table} by hour`, sql: `SELECT ${hour} AS hour, COUNT(*) AS count FROM ${table} WHERE ${asText} GROUP BY hour ORDER BY hour`,
      check: (rows, answers) => (sum(rows, "count") === answers[`${table} in range`][0].count ? null : "hours are missing") };
  }
  yield { name: "sessions by system", sql: `SELECT device_os, COUNT(*) AS count, SUM(duration_mins) AS minutes FROM sessions
      GROUP BY device_os ORDER BY minutes DESC` };
  yield { name: "voice by guild", sql: `SELECT v.guild_id, g.guild_name, SUM(v.duration_mins) AS minutes FROM voice_sessions v
      LEFT JOIN guilds g ON g.guild_id = v.guild_id GROUP BY v.guild_id ORDER BY minutes DESC LIMIT 30` };
  yield { name: "voice by channel", sql: `SELECT channel_id, SUM(duration_mins) AS minutes FROM voice_sessions GROUP BY channel_id ORDER BY minutes DESC LIMIT 30` };
}

// Days in groups of 30, 7 or 1, including days without rows: the client's most expensive query.
function chart(range, rows) {
  const days = Math.round((Date.parse(range.last) - Date.parse(range.first)) / 86_400_000);
  const group = days > 360 ? 30 : days > 90 ? 7 : 1;
  return `WITH RECURSIVE dates(day, at) AS (
      VALUES ('${range.first}', 0) UNION ALL SELECT date(day, '+1 day'), at + 1 FROM dates WHERE at < ${days}
    ) SELECT MIN(dates.day) AS period_start, MAX(dates.day) AS period_end, IFNULL(SUM(counted.occurence_count), 0) AS message_count
    FROM dates LEFT JOIN (${rows}) AS counted ON dates.day = counted.day
    GROUP BY dates.at / ${group} ORDER BY period_start`;
}
