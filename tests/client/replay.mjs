// Replays the official client in headless Chromium: imports a package from its link, opens the demo.
//
//   node replay.mjs BASE LINK      the server's address, the package's link
//
// Prints { package, demo } as JSON: what the page has got. Exits with 1 if it gets stuck, or if answers contradict each other.
import { PATIENCE, launch } from "./chromium.mjs";
import { serve } from "./site.mjs";

const [base, link] = process.argv.slice(2);
if (!link) {
  console.error("usage: node replay.mjs BASE LINK");
  process.exit(2);
}

const site = await serve();
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(site.origin, { timeout: PATIENCE });
  const run = (name, ...values) =>
    page.evaluate(async (step, ...rest) => (await import("/read-path.mjs"))[step](...rest), name, ...values);
  const imported = await run("importPackage", base, link);
  const demo = await run("openDemo", base);
  console.log(JSON.stringify({ package: imported, demo }));
} finally {
  await browser.close();
  site.stop();
}
