// Uses the API reference as a reader does: finds every operation, and sends a request.
export async function useReference({ page, address, picture, complain }) {
  const paths = await page.evaluate(async () => Object.keys((await (await fetch("openapi.json")).json()).paths));
  const shown = await page.evaluate(() => document.body.innerText);
  const lines = shown.split("\n").map((line) => line.trim());
  for (const path of paths) if (!lines.includes(path)) complain(`does not show ${path}`);
  // Of the key that most operations require.
  if (!shown.includes("Bearer Token")) complain("does not ask for a bearer token");

  await press(page, "[aria-label='Show all Operation endpoints']", "Show More");
  await press(page, ".show-api-client-button", "get /health");
  await press(page, "[role=dialog] button", `Send get request to ${address}/health`);
  await page.waitForFunction(() => {
    const { innerText } = document.querySelector("[role=dialog]");
    return innerText.includes("200 OK") && innerText.includes('"alive"');
  });
  await picture("docs-sent");
}

// Waits for an element with this text. Scalar moves what is on the screen while it renders, so there is no place to click at.
async function press(page, selector, text) {
  const find = (all, part) => [...document.querySelectorAll(all)].find(({ innerText }) => innerText.includes(part));
  const found = await page.waitForFunction(find, {}, selector, text);
  await found.evaluate((element) => element.click());
}
