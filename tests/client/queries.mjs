// Opens a statistics file like the official client, runs its queries, and checks the invariants that it relies on.
//
//   node queries.mjs FILE          FILE is SQLite, or SQLite in gzip
//   node queries.mjs FILE DAYS     queries about the last days of the file only
//
// Prints { file, rows, answers, milliseconds } as JSON. Exits with 1 if an invariant is violated.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import initSqlJs from "sql.js";
import { invariants } from "./invariants.mjs";
import { questions } from "./questions.mjs";

const [path, days] = process.argv.slice(2);
if (!path || !/^([1-9]\d*)?$/.test(days ?? "")) {
  console.error("usage: node queries.mjs FILE [DAYS]");
  process.exit(2);
}

const raw = readFileSync(path);
const isGzip = raw[0] === 0x1f && raw[1] === 0x8b;
const bytes = isGzip ? gunzipSync(raw) : raw;
const { Database } = await initSqlJs();
const db = new Database(bytes);

// Like the client, inserts parameters into the text.
function all(sql) {
  const [result] = db.exec(sql);
  if (!result) return [];
  return result.values.map((values) => Object.fromEntries(result.columns.map((name, at) => [name, values[at]])));
}

const failures = [];
for (const [what, sql] of Object.entries(invariants)) {
  const broken = all(sql);
  // Prints counts only: rows could reveal someone's data in a log.
  if (broken.length > 0) failures.push(`${what}: ${broken.length} row(s) do not`);
}

const answers = {};
const milliseconds = {};
for (const { name, sql, check } of questions(all, days ? Number(days) : null)) {
  const start = performance.now();
  answers[name] = all(sql);
  milliseconds[name] = Math.round(performance.now() - start);
  const complaint = check?.(answers[name], answers);
  if (complaint) failures.push(`${name}: ${complaint}`);
}

const rows = Object.fromEntries(
  all("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'stored_%' AND name NOT LIKE 'sqlite_%' ORDER BY name").map(({ name }) => [
    name,
    all(`SELECT COUNT(*) AS count FROM ${name}`)[0].count,
  ]),
);
console.log(JSON.stringify({ file: { bytes: bytes.length, packed: isGzip ? raw.length : null }, rows, answers, milliseconds }, null, 2));
for (const failure of failures) console.error(failure);
// Not exit(), which truncates output that a pipe has not read yet.
process.exitCode = failures.length > 0 ? 1 : 0;
