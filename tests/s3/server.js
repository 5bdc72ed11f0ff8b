// An S3-compatible server with one private bucket, on a free port of this machine. It prints the port and the folder of
// its objects, and exits when its standard input ends, so that it never outlives the tests.
//
//   node server.js BUCKET ACCESS_KEY SECRET_KEY ORIGIN
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const S3rver = require('@20minutes/s3rver');
const { DUMMY_ACCOUNT } = require('@20minutes/s3rver/lib/models/account');

const [bucket, accessKey, secretKey, origin] = process.argv.slice(2);
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dumpus-s3-'));

DUMMY_ACCOUNT.revokeAccessKey('S3RVER');
DUMMY_ACCOUNT.createKeyPair(accessKey, secretKey);

const cors = `<CORSConfiguration><CORSRule>
  <AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
</CORSRule></CORSConfiguration>`;

const server = new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory,
  vhostBuckets: false,
  configureBuckets: [{ name: bucket, configs: [cors] }],
});

// Unlike a private bucket, the server accepts requests without a signature.
server.middleware.unshift((ctx, next) => {
  const signed = ctx.get('authorization') || ctx.query['X-Amz-Signature'];
  if (signed || ctx.method === 'OPTIONS') return next();
  ctx.status = 403;
  ctx.body = '<Error><Code>AccessDenied</Code></Error>';
});

process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
process.stdin.on('end', () => process.exit()).resume();
server.run().then(({ port }) => console.log(`${port} ${directory}`));
