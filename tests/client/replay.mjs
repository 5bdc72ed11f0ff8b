// Replays the official client in headless Chromium: imports a package from its link, opens the demo.
//
//   node replay.mjs BASE LINK [PEM]      the server's address, the package's link, a certificate with its key
//
// With a certificate, the page and the server are behind TLS, as the official client and most servers are. Prints
// { package, demo } as JSON: what the page has got. Exits with 1 if it gets stuck, or if answers contradict each other.
import { PATIENCE, launch } from "./chromium.mjs";
import { serve } from "./site.mjs";
import { proxy } from "./tls-proxy.mjs";

const [base, link, pem] = process.argv.slice(2);
if (!link) {
  console.error("usage: node replay.mjs BASE LINK [PEM]");
  process.exit(2);
}

const site = await serve();
const [page, server] = pem ? await Promise.all([proxy(site.origin, pem), proxy(base, pem)]) : [site, { origin: base }];
const browser = await launch({ acceptInsecureCerts: Boolean(pem) });
try {
  const tab = await browser.newPage();
  await tab.goto(page.origin, { timeout: PATIENCE });
  const run = (name, ...values) =>
    tab.evaluate(async (step, ...rest) => (await import("/read-path.mjs"))[step](...rest), name, ...values);
  const imported = await run("importPackage", server.origin, link);
  const demo = await run("openDemo", server.origin);
  console.log(JSON.stringify({ package: imported, demo }));
} finally {
  await browser.close();
  for (const { stop } of new Set([site, page, server])) stop?.();
}
