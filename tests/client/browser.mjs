// Opens statistics files in headless Chromium as the official client does: unpacks them, keeps them in localStorage, and runs
// its queries. The page is frozen while it compresses.
//
//   node browser.mjs FILE...       files as clients fetch them, SQLite in gzip
//
// Prints a line of JSON for each. Exits with 1 if a file could not be kept.
import { basename } from "node:path";
import { PATIENCE, launch } from "./chromium.mjs";
import { serve } from "./site.mjs";

// Characters that a browser keeps of an origin.
const STORAGE = 5_242_880;

const files = process.argv.slice(2);
const site = await serve(Object.fromEntries(files.map((file, at) => [`/file/${at}`, file])));
// Large files take minutes.
const browser = await launch({ protocolTimeout: 0 });
try {
  const page = await browser.newPage();
  await page.goto(site.origin, { timeout: PATIENCE });
  for (const [at, file] of files.entries()) {
    const result = await page.evaluate(open, `/file/${at}`);
    console.log(JSON.stringify({ file: basename(file), ...result, share: result.characters / STORAGE }));
    if (!result.kept || !result.same) process.exitCode = 1;
  }
} finally {
  await browser.close();
  site.stop();
}

// Runs in the page.
async function open(path) {
  const { ask, compress, decompress, isSame, keep, unpack } = await import("/statistics.mjs");
  const packed = await (await fetch(path)).arrayBuffer();
  const start = performance.now();
  const bytes = await unpack(packed);
  const unpacked = performance.now();
  const text = compress(bytes);
  const kept = keep(text);
  const compressed = performance.now();
  ask(bytes);
  const asked = performance.now();
  const milliseconds = { unpack: unpacked - start, freeze: compressed - unpacked, queries: asked - compressed };
  return { characters: text.length, kept, same: isSame(bytes, decompress(text)), milliseconds };
}
