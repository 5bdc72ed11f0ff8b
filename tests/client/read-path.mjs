// The calls of the official client, from a link to the last chart and to the deletion. Runs in a web page; the server has
// another origin, so that the browser itself demands what CORS demands.
import { ask, compress, decompress, isSame, keep, kept, unpack } from "./statistics.mjs";

// Milliseconds from the submission to the first poll, and between polls.
const FIRST_POLL = 50;
const POLL = 1_000;
// Users that the client looks up at the same time.
const LOOK_UPS = 21;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function importPackage(base, link) {
  const key = new URL(link).searchParams.get("upn");
  const call = (method, path, accept = "application/json") =>
    fetch(`${base}/process/${path}`, { method, headers: { Accept: accept, Authorization: `Bearer ${key}` } });
  const submitted = await fetch(`${base}/process`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ package_link: link }),
  });
  const { packageId: id, ...submission } = await submitted.json();
  if (!submission.isAccepted) throw new Error(`not accepted: ${JSON.stringify(submission)}`);

  const status = async () => (await call("GET", `${id}/status`)).json();
  await pause(FIRST_POLL);
  const first = await status();
  let last = first;
  while (!last.isDataAvailable) {
    if (last.isErrored || last.errorMessageCode) throw new Error(`failed: ${JSON.stringify(last)}`);
    await pause(POLL);
    last = await status();
  }

  const located = await (await call("GET", `${id}/blob`)).json();
  const encrypted = await (await fetch(located.url)).arrayBuffer();
  const answers = await open(await unpack(await decrypt(encrypted, located.iv, key)));
  const users = await lookUp(answers, (user) => call("GET", `${id}/user/${user}`, "text/plain"));
  const deleted = await (await call("DELETE", id)).json();
  return { first, answers, users, deleted, after: await status() };
}

export async function openDemo(base) {
  const { url, iv } = await (await fetch(`${base}/process/demo/blob`)).json();
  const packed = await (await fetch(url)).arrayBuffer();
  return { iv, answers: await open(await unpack(packed)) };
}

async function decrypt(file, iv, key) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const aes = await crypto.subtle.importKey("raw", digest, "AES-CBC", false, ["decrypt"]);
  const bytes = iv.match(/../g).map((digits) => Number.parseInt(digits, 16));
  return crypto.subtle.decrypt({ name: "AES-CBC", iv: new Uint8Array(bytes) }, aes, file);
}

async function open(bytes) {
  if (!keep(compress(bytes))) throw new Error("there is no room for the file");
  const again = decompress(kept());
  if (!isSame(bytes, again)) throw new Error("what was kept is not the file");
  return ask(again);
}

// Lists show a friend several times.
async function lookUp(answers, request) {
  const friends = answers["top DMs"].map((friend) => friend.dm_user_id);
  const asked = Array.from({ length: LOOK_UPS }, (_, at) => friends[at % friends.length]);
  return Promise.all(asked.map(async (user) => {
    const response = await request(user);
    return { asked: user, status: response.status, user: await response.json() };
  }));
}
