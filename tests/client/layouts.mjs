// Compares files of one report in several layouts: every table, the client's queries, and random SELECTs must give the same
// rows. Rows without an order are sorted.
//
//   node layouts.mjs [--measure] PLAIN OTHER...
//
// With --measure, prints for each file its sizes, what the client keeps of it, and the milliseconds of queries, as JSON.
// Exits with 1 if rows differ.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import LZString from "lz-string";
import initSqlJs from "sql.js";
import { questions } from "./questions.mjs";
import { randomSelects, tables } from "./random-selects.mjs";

const measures = process.argv.includes("--measure");
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const SELECTS = 300;
// Bytes of a file that gets fewer of them, and is not compressed: its list of bytes would be longer than a string may be.
const LARGE = 60_000_000;
// Of the client's queries, of which the fastest run counts.
const RUNS = measures ? 3 : 1;

const { Database } = await initSqlJs();
let differences = 0;
let expected;
for (const path of paths) {
  const bytes = readFileSync(path);
  const db = new Database(bytes);
  const all = (sql) => {
    const [result] = db.exec(sql);
    return result ? result.values.map((values) => Object.fromEntries(result.columns.map((name, at) => [name, values[at]]))) : [];
  };
  const answers = new Map();
  const times = { client: {}, random: {} };
  function ask(kind, name, sql) {
    let fastest = Infinity;
    let rows;
    for (let run = 0; run < (kind === "client" ? RUNS : 1); run += 1) {
      const start = performance.now();
      [rows] = db.exec(sql);
      fastest = Math.min(fastest, performance.now() - start);
    }
    if (kind) times[kind][name] = fastest;
    answers.set(name, comparable(sql, rows?.values ?? []));
  }
  for (const table of tables) ask(undefined, `SELECT * FROM ${table}`, `SELECT * FROM ${table}`);
  for (const { name, sql } of questions(all)) ask("client", name, sql);
  // The first file chooses the values, so that all are asked the same.
  const selects = expected?.selects ?? [...randomSelects(all, bytes.length > LARGE ? SELECTS / 10 : SELECTS, 1)];
  for (const sql of selects) ask("random", sql, sql);
  db.close();

  expected ??= { answers, times, selects };
  for (const [name, rows] of answers) {
    if (rows !== expected.answers.get(name)) {
      differences += 1;
      console.error(`${path} differs: ${name}`);
    }
  }
  if (measures) console.log(JSON.stringify({ path, ...kept(bytes), ...summary(times) }));
}
process.exitCode = differences > 0 ? 1 : 0;

// Without an order of all columns, the order of rows is nobody's business; with a limit, nor is which of equal rows come.
function comparable(sql, rows) {
  const texts = rows.map((row) => JSON.stringify(row));
  const outer = sql.slice(sql.lastIndexOf(")") + 1);
  if (/ORDER BY \w+ DESC LIMIT/.test(outer)) return JSON.stringify(rows.map((row) => row.filter((value) => typeof value === "number")));
  if (!/ORDER BY \d/.test(sql)) texts.sort();
  return texts.join("\n");
}

// As the client keeps it, and how long that takes it.
function kept(bytes) {
  const sizes = { bytes: bytes.length, gzip: gzipSync(bytes).length };
  if (bytes.length > LARGE) return sizes;
  const start = performance.now();
  const characters = LZString.compressToUTF16(JSON.stringify(Array.from(bytes))).length;
  return { ...sizes, characters, compression_ms: Math.round(performance.now() - start) };
}

// Queries that take longer than what is allowed beside the first file: twice and 20 ms, 20 times and 250 ms.
function summary(times) {
  const slower = (kind, factor, least) => Object.entries(times[kind])
    .filter(([name, time]) => time > Math.max(factor * expected.times[kind][name], least))
    .map(([name, time]) => `${name}: ${expected.times[kind][name].toFixed(1)} -> ${time.toFixed(1)}`);
  const total = (kind) => Math.round(Object.values(times[kind]).reduce((sum, time) => sum + time, 0));
  return { client_ms: total("client"), random_ms: total("random"), slow: slower("client", 2, 20), slow_random: slower("random", 20, 250) };
}
