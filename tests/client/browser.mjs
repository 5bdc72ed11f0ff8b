// Opens statistics files in headless Chromium as the official client does: unpacks them, keeps them in localStorage, and runs
// its queries. The page is frozen while it compresses.
//
//   node browser.mjs FILE...       files as clients fetch them, SQLite in gzip
//
// Prints a line of JSON for each. Exits with 1 if a file could not be kept.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const files = process.argv.slice(2);
const here = (path) => join(import.meta.dirname, path);
const served = {
  "/sql-wasm.js": ["text/javascript", here("node_modules/sql.js/dist/sql-wasm.js")],
  "/sql-wasm.wasm": ["application/wasm", here("node_modules/sql.js/dist/sql-wasm.wasm")],
  "/lz-string.js": ["text/javascript", here("node_modules/lz-string/libs/lz-string.min.js")],
  "/questions.mjs": ["text/javascript", here("questions.mjs")],
  ...Object.fromEntries(files.map((path, at) => [`/file/${at}`, ["application/gzip", path]])),
};

const page = `<!doctype html><meta charset="utf-8"><script src="/sql-wasm.js"></script><script src="/lz-string.js"></script>
<script type="module">
import { questions } from "/questions.mjs";
const { Database } = await initSqlJs();
for (let at = 0; at < ${files.length}; at += 1) {
  const result = { at };
  try {
    const packed = await (await fetch("/file/" + at)).blob();
    const start = performance.now();
    const bytes = new Uint8Array(await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
    const unpacked = performance.now();
    const text = LZString.compressToUTF16(JSON.stringify(Array.from(bytes)));
    result.characters = text.length;
    localStorage.clear();
    try { localStorage.setItem("db", text); result.kept = true; } catch { result.kept = false; }
    const kept = performance.now();
    const db = new Database(bytes);
    const all = (sql) => {
      const [rows] = db.exec(sql);
      return rows ? rows.values.map((values) => Object.fromEntries(rows.columns.map((name, place) => [name, values[place]]))) : [];
    };
    for (const { sql } of questions(all)) all(sql);
    const asked = performance.now();
    db.close();
    const again = new Uint8Array(JSON.parse(LZString.decompressFromUTF16(text)));
    result.same = again.length === bytes.length && again.every((byte, place) => byte === bytes[place]);
    result.milliseconds = { unpack: unpacked - start, freeze: kept - unpacked, queries: asked - kept };
  } catch (error) { result.error = String(error); }
  await fetch("/result", { method: "POST", body: JSON.stringify(result) });
}
</script>`;

const STORAGE = 5_242_880;
const profile = mkdtempSync(join(tmpdir(), "dumpus-browser-"));
let left = files.length;
let browser;
const server = createServer((request, response) => {
  if (request.url === "/result") {
    let body = "";
    request.on("data", (piece) => { body += piece; });
    request.on("end", () => {
      response.end();
      const { at, ...result } = JSON.parse(body);
      console.log(JSON.stringify({ file: basename(files[at]), ...result, share: result.characters / STORAGE }));
      if (result.error || !result.kept || !result.same) process.exitCode = 1;
      left -= 1;
      if (left === 0) browser.kill();
    });
    return;
  }
  if (request.url === "/") return void response.setHeader("Content-Type", "text/html").end(page);
  const [type, path] = served[request.url] ?? [];
  if (!path) return void response.writeHead(404).end();
  response.setHeader("Content-Type", type).end(readFileSync(path));
});
server.listen(0, "127.0.0.1", () => {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const flags = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", `--user-data-dir=${profile}`];
  browser = spawn("chromium", [...flags, ...sandbox, `http://127.0.0.1:${server.address().port}/`], { stdio: "ignore" });
  browser.on("exit", () => {
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true });
    if (left > 0) {
      console.error(`the browser ended before ${left} of the files`);
      process.exitCode = 1;
    }
  });
});
