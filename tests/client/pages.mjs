// Opens every page of a running server in headless Chromium, in light, in dark and on a phone. Everything has to load from the
// server, be readable and work.
//
//   node pages.mjs ADDRESS SCREENSHOTS      the server's address, the folder for pictures of its pages
//
// Prints what is wrong, and exits with 1.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENCE, launch } from "./chromium.mjs";
import { useHome } from "./home.mjs";
import { useReference } from "./reference.mjs";

const [address, folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node pages.mjs ADDRESS SCREENSHOTS");
  process.exit(2);
}

// The rules of axe that the markup of Scalar violates. None of our own is excluded; what colours violate is not either.
const SCALAR = [
  "aria-required-children",
  "aria-valid-attr-value",
  "button-name",
  "label-content-name-mismatch",
  "nested-interactive",
  "scrollable-region-focusable",
  "select-name",
];
const PAGES = [
  { name: "home", path: "/", title: "Dumpus API", use: useHome, excluded: [] },
  { name: "docs", path: "/docs", title: "Dumpus API: reference", use: useReference, excluded: SCALAR },
];
const LOOKS = [
  { look: "light", scheme: "light", width: 1280, height: 900 },
  { look: "dark", scheme: "dark", width: 1280, height: 900 },
  { look: "phone", scheme: "light", width: 390, height: 844 },
];
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

mkdirSync(folder, { recursive: true });
const complaints = [];
const browser = await launch();
try {
  for (const page of PAGES) {
    for (const look of LOOKS) await inspect({ ...page, ...look });
  }
} finally {
  await browser.close();
}
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;

async function inspect({ name, path, title, use, excluded, look, scheme, width, height }) {
  const complain = (what) => complaints.push(`${path} (${look}): ${what}`);
  // Pages keep something in the storage of a context.
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  listen(page, complain);
  const picture = (what) => page.screenshot({ path: join(folder, `${what}-${look}.png`), fullPage: name === "home" });
  try {
    await page.goto(address + path, { waitUntil: "networkidle0" });
    const actual = await page.title();
    if (actual !== title) complain(`the title is ${actual}`);
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) complain("is wider than the screen");
    await picture(name);
    await checkIcons(page, complain);
    await checkAccess(page, excluded, complain);
    await use({ page, address, picture, complain });
  } catch (error) {
    complain(error.message);
  }
  await context.close();
}

// Complains of everything that fails, and of everything from elsewhere.
function listen(page, complain) {
  page.on("pageerror", (error) => complain(`throws ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complain(`writes "${message.text()}" about ${message.location().url}`);
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && origin !== address) complain(`requests ${request.url()}`);
  });
  // Without a text, the policy of the page forbids it.
  page.on("requestfailed", (request) => complain(`does not get ${request.url()}: ${request.failure()?.errorText ?? "forbidden"}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complain(`gets ${response.status()} for ${response.url()}`);
  });
}

// Headless Chromium shows no icons, so nothing else reports a missing one. Other responses than pages have no link.
async function checkIcons(page, complain) {
  const link = await page.evaluate(() => document.querySelector("link[rel=icon]")?.href);
  if (!link) return void complain("has no icon");
  const isImage = (source) => Object.assign(new Image(), { src: source }).decode().then(() => true, () => false);
  for (const icon of [link, `${address}/favicon.ico`]) {
    if (!(await page.evaluate(isImage, icon))) complain(`its icon is no image: ${icon}`);
  }
}

async function checkAccess(page, excluded, complain) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of violations) {
    if (!["serious", "critical"].includes(impact) || excluded.includes(id)) continue;
    complain(`${impact}: ${help} (${id}), at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  }
}
