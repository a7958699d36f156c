// SPDX-License-Identifier: MIT
// The page: buttons to the line, and what the line tells to the page.
import { Line } from './line.js';
import { read, rows } from './facts.js';

const $ = (id) => document.getElementById(id);
const line = new Line();
let since = 0;
let held = {};

const show = (state) => { document.body.dataset.state = state; };
const press = (button, on) => button.setAttribute('aria-pressed', String(on));
const isOn = (button) => button.getAttribute('aria-pressed') === 'true';
const notice = (text = '') => { $('notice').textContent = text; };

const microphone = () => {
  const clean = $('cleaning').checked;
  return { echoCancellation: clean, noiseSuppression: clean, autoGainControl: clean };
};

const address = () => {
  const text = $('address').value.trim();
  return /^wss?:\/\//.test(text) ? text : `${location.protocol === 'https:' ? 'wss' : 'ws'}://${text}`;
};

const connect = async () => {
  notice();
  const to = address();
  try {
    await line.connect(to, $('name').value.trim());
    localStorage.setItem('address', to);
    return true;
  } catch (error) {
    const page = to.replace(/^ws/, 'http');
    notice(to.startsWith('wss:')
      ? `No connection: ${error.message}. Where Earshot's certificate is its own, open ${page} once and accept it there.`
      : `No connection: ${error.message}. Is Earshot running there with --transport ws?`);
    return false;
  }
};

$('dial').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (await connect()) line.call(microphone());
});
$('answer').addEventListener('click', () => line.answer(microphone()));
for (const id of ['decline', 'cancel', 'hangup']) $(id).addEventListener('click', () => line.hangUp());
$('mute').addEventListener('click', () => { press($('mute'), !isOn($('mute'))); line.mute(isOn($('mute'))); });
$('hold').addEventListener('click', () => line.hold(!isOn($('hold'))));
$('keys').addEventListener('click', () => {
  $('keypad').hidden = !$('keypad').hidden;
  $('keys').setAttribute('aria-expanded', String(!$('keypad').hidden));
});
for (const key of '123456789*0#') {
  const button = Object.assign(document.createElement('button'), { className: 'plain', textContent: key });
  button.dataset.key = key;
  button.addEventListener('click', () => line.press(key));
  $('keypad').append(button);
}

const showState = () => {
  const seconds = Math.floor((Date.now() - since) / 1000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  $('state').textContent = held.remote ? `On hold by the other side, ${time}` : held.local ? `On hold, ${time}` : `Talking, ${time}`;
};

const on = (name, act) => line.addEventListener(name, ({ detail }) => act(detail));
on('link', ({ up, address: to }) => { $('link').textContent = up ? `Connected to ${new URL(to).host}` : 'Not connected'; });
on('calling', ({ who }) => { $('peer').textContent = who; $('state').textContent = 'Calling …'; show('calling'); });
on('ringing', ({ who }) => { $('peer').textContent = who; $('state').textContent = 'Calls you'; show('ringing'); });
on('progress', () => { if (document.body.dataset.state === 'calling') $('state').textContent = 'Ringing …'; });
on('sound', ({ track }) => { $('sound').srcObject = new MediaStream([track]); });
on('talking', () => {
  since = Date.now();
  held = {};
  for (const button of [$('mute'), $('hold')]) press(button, false);
  showState();
  show('talking');
});
on('held', ({ on: isHeld, by }) => {
  held[by] = isHeld;
  if (by === 'local') press($('hold'), isHeld);
  showState();
});
on('ended', ({ why, reason }) => {
  $('sound').srcObject = null;
  show('idle');
  notice(why === 'Terminated' ? '' : `The call ended: ${[why, reason].filter(Boolean).join(', ')}`);
});

setInterval(async () => {
  if (document.body.dataset.state !== 'talking' || !line.connection) return;
  showState();
  const facts = await read(line.connection);
  $('level').value = Math.sqrt(facts.level ?? 0); // a voice is near 0.1 of full scale
  $('facts').replaceChildren(...rows(facts, address().startsWith('wss:')).flatMap(([name, text]) => [
    Object.assign(document.createElement('dt'), { textContent: name }), Object.assign(document.createElement('dd'), { textContent: text }),
  ]));
}, 500);

$('address').value = new URLSearchParams(location.search).get('address') ?? localStorage.getItem('address') ?? '';

// For the browser's console, and for tests.
window.earshot = { line, facts: () => read(line.connection) };
