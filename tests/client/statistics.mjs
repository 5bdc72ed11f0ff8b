// A statistics file in a web page, unpacked, kept and asked as the official client does.
import { questions } from "./questions.mjs";

const KEPT = "db";
const { Database } = await initSqlJs();

export async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The page is frozen meanwhile.
export const compress = (bytes) => LZString.compressToUTF16(JSON.stringify(Array.from(bytes)));
export const decompress = (text) => new Uint8Array(JSON.parse(LZString.decompressFromUTF16(text)));

// Whether there was room for it.
export function keep(text) {
  localStorage.clear();
  try {
    localStorage.setItem(KEPT, text);
    return true;
  } catch {
    return false;
  }
}

export const kept = () => localStorage.getItem(KEPT);

export const isSame = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

// Asks everything that the client's screens ask, and throws if an answer contradicts another.
export function ask(bytes) {
  const db = new Database(bytes);
  const all = (sql) => {
    const [rows] = db.exec(sql);
    if (!rows) return [];
    return rows.values.map((values) => Object.fromEntries(rows.columns.map((name, at) => [name, values[at]])));
  };
  const answers = {};
  for (const { name, sql, check } of questions(all)) {
    answers[name] = all(sql);
    const complaint = check?.(answers[name], answers);
    if (complaint) throw new Error(`${name}: ${complaint}`);
  }
  db.close();
  return answers;
}
