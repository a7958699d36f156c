// SPDX-License-Identifier: MIT
// A headless Chromium for one test: reads commands, a JSON object a line, and answers each with {id, value} or {id, error}.
// usage: node drive.mjs CHROMIUM MICROPHONE.wav
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [executablePath, microphone] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`,
    '--autoplay-policy=no-user-gesture-required',
    '--allow-loopback-in-peer-connection', // else no candidate on 127.0.0.1 is gathered
  ],
});
const context = await browser.newContext({ permissions: ['microphone'], ignoreHTTPSErrors: true });
const page = await context.newPage();
page.on('console', (message) => say({ log: message.text() }));
page.on('pageerror', (error) => say({ log: `page error: ${error.message}` }));

const commands = {
  open: ({ url }) => page.goto(url).then(() => null),
  evaluate: ({ code }) => page.evaluate(code),
  click: ({ selector }) => page.click(selector, { timeout: 15000 }).then(() => null),
  fill: ({ selector, text }) => page.fill(selector, text, { timeout: 15000 }).then(() => null),
  see: ({ selector, text }) => page.waitForFunction(
    ([s, t]) => document.querySelector(s)?.textContent.includes(t), [selector, text], { timeout: 30000 }).then(() => null),
};

say({ ready: browser.version() });
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    say({ id: command.id, value: (await commands[command.do](command)) ?? null });
  } catch (error) {
    say({ id: command.id, error: String(error.message) });
  }
}
await browser.close();
