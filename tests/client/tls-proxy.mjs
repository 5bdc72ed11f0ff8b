// A reverse proxy with TLS on this machine. It forwards the scheme and the host, as all do.
import { request } from "node:http";
import { createServer } from "node:https";
import { listen } from "./site.mjs";

// `pem` is a certificate with its key.
export function proxy(target, pem) {
  const server = createServer({ cert: pem, key: pem }, (incoming, outgoing) => {
    const forwarded = { "x-forwarded-proto": "https", "x-forwarded-host": incoming.headers.host };
    const options = { method: incoming.method, headers: { ...incoming.headers, ...forwarded } };
    const upstream = request(target + incoming.url, options, (response) => {
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    upstream.on("error", () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  return listen(server, "https");
}
