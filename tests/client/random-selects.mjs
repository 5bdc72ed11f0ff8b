// Random SELECTs over the documented columns, the same for a seed and the values of a file. What orders its rows does so by
// every column, and only then has a LIMIT, so that a layout cannot change what is selected.

const TABLES = {
  activity: {
    event_name: "text", day: "text", hour: "number", occurence_count: "number", associated_user_id: "text",
    associated_channel_id: "text", associated_guild_id: "text", extra_field_1: "text", extra_field_2: "text",
  },
  guilds: { guild_id: "text", guild_name: "text", total_message_count: "number" },
  guild_channels_data: {
    channel_id: "text", channel_name: "text", guild_id: "text", total_message_count: "number", total_voice_channel_duration: "number",
  },
  dm_channels_data: {
    channel_id: "text", dm_user_id: "text", user_name: "text", display_name: "text", user_avatar_url: "text",
    total_message_count: "number", total_voice_channel_duration: "number", sentiment_score: "number",
  },
  group_channels_data: {
    channel_id: "text", channel_name: "text", recipient_count: "number", total_message_count: "number", total_voice_channel_duration: "number",
  },
  voice_sessions: { channel_id: "text", guild_id: "text", duration_mins: "number", started_date: "text", ended_date: "text" },
  sessions: { started_date: "text", ended_date: "text", duration_mins: "number", device_os: "text" },
};

const JOINS = [
  ["activity", "dm_channels_data", "a.associated_channel_id = b.channel_id"],
  ["activity", "guild_channels_data", "a.associated_channel_id = b.channel_id"],
  ["activity", "group_channels_data", "a.associated_channel_id = b.channel_id"],
  ["activity", "guilds", "a.associated_guild_id = b.guild_id"],
  ["guild_channels_data", "guilds", "a.guild_id = b.guild_id"],
  ["voice_sessions", "guild_channels_data", "a.channel_id = b.channel_id"],
  ["voice_sessions", "guilds", "a.guild_id = b.guild_id"],
  ["dm_channels_data", "voice_sessions", "a.channel_id = b.channel_id"],
];

export const tables = Object.keys(TABLES);

export function* randomSelects(all, count, seed) {
  const random = generator(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (percent) => random() * 100 < percent;
  const values = sampler(all, random);

  // A condition on a column, with a value that the file holds.
  function condition(table, alias) {
    const column = pick(Object.keys(TABLES[table]));
    const name = `${alias}.${column}`;
    const value = () => literal(pick(values(table, column)));
    switch (pick(["=", "=", "<>", "<", ">=", "between", "in", "null", "like", "other type"])) {
      case "between": {
        const ends = [value(), value()];
        return `${name} BETWEEN ${ends.join(" AND ")}`;
      }
      case "in": return `${name} IN (${[value(), value(), value()].join(", ")})`;
      case "null": return `${name} IS ${pick(["", "NOT "])}NULL`;
      case "like": return `${name} LIKE '${pick(["1", "2", "a", "m"])}%'`;
      // A number in quotes, or text without them: columns have the same affinity.
      case "other type": return TABLES[table][column] === "number" ? `${name} = '${pick([0, 1, 5])}'` : `${name} >= ${pick([1, 2020, 1600000000])}`;
      default: return `${name} ${pick(["=", "<>", "<", ">="])} ${value()}`;
    }
  }

  function where(sources) {
    const conditions = sources.flatMap(([table, alias]) => (chance(60) ? [condition(table, alias)] : []));
    if (chance(20)) conditions.push(condition(...pick(sources)));
    return conditions.length > 0 ? ` WHERE ${conditions.join(pick([" AND ", " AND ", " OR "]))}` : "";
  }

  function aggregate(sources) {
    const [table, alias] = pick(sources);
    const numbers = Object.entries(TABLES[table]).filter(([column, kind]) => kind === "number" && column !== "sentiment_score");
    const texts = Object.keys(TABLES[table]);
    if (numbers.length === 0 || chance(30)) return pick(["COUNT(*)", `COUNT(DISTINCT ${alias}.${pick(texts)})`, `MIN(${alias}.${pick(texts)})`, `MAX(${alias}.${pick(texts)})`]);
    return `${pick(["SUM", "SUM", "MIN", "MAX", "TOTAL"])}(${alias}.${pick(numbers)[0]})`;
  }

  for (let at = 0; at < count; at += 1) {
    let sources = [[pick([...tables, "activity", "activity"]), "a"]];
    let from = `${sources[0][0]} a`;
    if (chance(40)) {
      const [left, right, on] = pick(JOINS);
      sources = [[left, "a"], [right, "b"]];
      from = `${left} a ${pick(["JOIN", "JOIN", "LEFT JOIN"])} ${right} b ON ${on}`;
    }
    const column = () => {
      const [table, alias] = pick(sources);
      return `${alias}.${pick(Object.keys(TABLES[table]))}`;
    };
    const columns = [...new Set([column(), column(), column()])].slice(0, 1 + Math.floor(random() * 3));
    const order = columns.map((_, place) => `${place + 1}${pick(["", " DESC"])}`).join(", ");
    const tail = chance(50) ? ` ORDER BY ${order}${chance(60) ? ` LIMIT ${pick([1, 10, 100])}` : ""}` : "";
    switch (pick(["rows", "groups", "groups", "total", "distinct"])) {
      case "rows": yield `SELECT ${columns.join(", ")} FROM ${from}${where(sources)}${tail}`; break;
      case "distinct": yield `SELECT DISTINCT ${columns.join(", ")} FROM ${from}${where(sources)}${tail}`; break;
      case "total": yield `SELECT COUNT(*), ${aggregate(sources)}, ${aggregate(sources)} FROM ${from}${where(sources)}`; break;
      default:
        yield `SELECT ${columns.join(", ")}, COUNT(*), ${aggregate(sources)} FROM ${from}${where(sources)} GROUP BY ${columns.map((_, place) => place + 1)}${tail}`;
    }
  }
}

// Values of each column, a few of them.
function sampler(all, random) {
  const known = new Map();
  return (table, column) => {
    const key = `${table}.${column}`;
    if (!known.has(key)) {
      const found = all(`SELECT DISTINCT ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL ORDER BY 1`).map(({ value }) => value);
      const some = Array.from({ length: 12 }, () => found[Math.floor(random() * found.length)]);
      known.set(key, found.length > 0 ? some : [""]);
    }
    return known.get(key);
  };
}

const literal = (value) => (typeof value === "number" ? String(value) : `'${value.replaceAll("'", "''")}'`);

// Mulberry32.
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
