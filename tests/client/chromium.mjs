// Starts the Chromium of the system, headless and with a new profile. Only hosts on loopback exist for it.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

// Milliseconds that are enough for anything on a busy machine.
export const PATIENCE = 120_000;

export function launch(options = {}) {
  const args = [
    "--disable-gpu",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ];
  // There is no sandbox for root.
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  return puppeteer.launch({ executablePath: installed("chromium"), args, timeout: PATIENCE, ...options });
}

function installed(program) {
  const paths = process.env.PATH.split(delimiter).map((folder) => join(folder, program));
  const path = paths.find(isExecutable);
  if (!path) throw new Error(`${program} is needed: install the package ${program}`);
  return path;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
