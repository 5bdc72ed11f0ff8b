// Uses the home page as a reader does.
const CLIENT = "https://dumpus.app/";

export async function useHome({ page, address, complain }) {
  const shown = await page.$eval("#address", (element) => element.textContent);
  if (shown !== address) complain(`its address is said to be ${shown}`);

  await page.browserContext().overridePermissions(address, ["clipboard-read", "clipboard-sanitized-write"]);
  await page.click("#copy");
  await page.waitForFunction(() => document.querySelector("#copy").textContent === "Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  if (copied !== address) complain(`the button copies ${copied}`);

  const links = await page.$$eval("a", (elements) => elements.map(({ href }) => href));
  if (!links.includes(CLIENT)) complain("does not link to the client");
  for (const link of links.filter((url) => new URL(url).origin === address)) {
    const { status } = await fetch(link);
    if (status !== 200) complain(`links to ${link}, which answers ${status}`);
  }
}
