// SPDX-License-Identifier: MIT
// Serves this folder's page and nothing else.
// usage: node serve.js [--host localhost] [--port 8080] [--cert cert.pem --key key.pem]
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { parseArgs } from 'node:util';

const { values: said } = parseArgs({
  options: {
    host: { type: 'string', default: 'localhost' },
    port: { type: 'string', default: '8080' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});

const files = {
  '/': ['index.html', 'text/html'],
  '/phone.css': ['phone.css', 'text/css'],
  '/phone.js': ['built/phone.js', 'text/javascript'],
};

const answer = async (request, response) => {
  const [file, type] = files[new URL(request.url, 'http://page').pathname] ?? [];
  if (!file) return response.writeHead(404).end();
  const bytes = await readFile(new URL(file, import.meta.url));
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(bytes);
};

const server = said.cert
  ? https.createServer({ cert: readFileSync(said.cert), key: readFileSync(said.key ?? said.cert) }, answer)
  : http.createServer(answer);
server.listen(Number(said.port), said.host, () => {
  const host = said.host.includes(':') ? `[${said.host}]` : said.host;
  console.log(`The page is at ${said.cert ? 'https' : 'http'}://${host}:${server.address().port}/`);
});
