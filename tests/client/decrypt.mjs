// Fetches a result like the official client, and decrypts it with WebCrypto, which shares no code with the server. Reads {"base", "packageId", "key"} from standard input; writes the SQLite file to standard output.

import { webcrypto } from "node:crypto";

const { base, packageId, key } = JSON.parse(await read(process.stdin));
const authorization = { Authorization: `Bearer ${key}` };

const located = await fetch(`${base}/process/${packageId}/blob`, { headers: authorization });
if (located.status !== 200) throw new Error(`/blob answered ${located.status}`);
const { url, iv, ttl } = await located.json();
if (!(ttl > 0)) throw new Error(`the address is good for ${ttl} seconds`);

const fetched = await fetch(url, { headers: { Origin: "capacitor://localhost" } });
if (fetched.status !== 200) throw new Error(`the blob's address answered ${fetched.status}`);
if (fetched.headers.get("access-control-allow-origin") === null) throw new Error("the blob may not be read by a web page");
if (fetched.headers.get("content-encoding") !== null) throw new Error("the blob would be unpacked by a browser");
let file = await fetched.arrayBuffer();

if (iv !== null) {
  const digest = await webcrypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const aes = await webcrypto.subtle.importKey("raw", digest, "AES-CBC", false, ["decrypt"]);
  file = await webcrypto.subtle.decrypt({ name: "AES-CBC", iv: Buffer.from(iv, "hex") }, aes, file);
}
const unpacked = new Blob([file]).stream().pipeThrough(new DecompressionStream("gzip"));
process.stdout.write(Buffer.from(await new Response(unpacked).arrayBuffer()));

async function read(stream) {
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}
