// The web page in which the official client's steps run, on an origin of its own: with the SQLite that the client uses, its
// compression, and the modules of this folder.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const here = (path) => new URL(path, import.meta.url);
const script = "text/javascript";
const PAGE = `<!doctype html><meta charset="utf-8"><title>Client</title><link rel="icon" href="data:,">
<script src="/sql-wasm.js"></script><script src="/lz-string.js"></script>`;

const served = {
  "/sql-wasm.js": [script, here("node_modules/sql.js/dist/sql-wasm.js")],
  "/sql-wasm.wasm": ["application/wasm", here("node_modules/sql.js/dist/sql-wasm.wasm")],
  "/lz-string.js": [script, here("node_modules/lz-string/libs/lz-string.min.js")],
  ...Object.fromEntries(["questions", "statistics", "read-path"].map((name) => [`/${name}.mjs`, [script, here(`${name}.mjs`)]])),
};

// Serves the page on a free port of loopback, and `files`, from paths to files on disk.
export function serve(files = {}) {
  const more = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, ["application/octet-stream", file]]));
  const server = createServer(({ url }, response) => {
    if (url === "/") return void response.setHeader("Content-Type", "text/html").end(PAGE);
    const [type, path] = served[url] ?? more[url] ?? [];
    if (!path) return void response.writeHead(404).end();
    response.setHeader("Content-Type", type).end(readFileSync(path));
  });
  return listen(server, "http");
}

// Listens on a free port of loopback. Returns the origin, and what stops it.
export function listen(server, scheme) {
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ origin: `${scheme}://127.0.0.1:${server.address().port}`, stop }));
  });
}
