// SPDX-License-Identifier: MIT
// The SIP side: one connection to one Earshot, one call at a time.
import JsSIP from 'jssip';

/** What the other side is called by: over ws and wss alike the URI says ws (RFC 7118 §5). */
const target = (address) => `sip:earshot@${new URL(address).host};transport=ws`;

/**
 * A line to Earshot. It tells what happens by these events, each with a detail:
 * `link` (connected or why not), `ringing` (who calls), `progress`, `talking`, `held` (by whom), `ended` (why).
 */
export class Line extends EventTarget {
  #agent;
  #address;
  #session;

  /** The call there is; undefined when there is none. */
  get session() { return this.#session; }

  /** The browser's own object of the call. */
  get connection() { return this.#session?.connection; }

  /** Connects; the promise waits until the connection stands. A second time to the same address does nothing. */
  connect(address, name) {
    if (this.#agent?.isConnected() && this.#address === address) return Promise.resolve();
    this.#agent?.stop();
    this.#address = address;
    const agent = this.#agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(address)],
      uri: 'sip:browser@page.invalid',
      display_name: name || undefined,
      register: false, // Earshot is a phone, not a registrar: it calls back over the connection that this page opened
      session_timers: false,
    });
    agent.on('newRTCSession', ({ originator, session }) => this.#take(originator, session));
    const stands = new Promise((done, failed) => {
      agent.on('connected', () => { this.#tell('link', { up: true, address }); done(); });
      agent.on('disconnected', ({ error, reason }) => {
        this.#tell('link', { up: false, address });
        if (error) failed(new Error(reason || `nothing answers at ${address}`));
      });
    });
    agent.start();
    return stands;
  }

  /** Calls who was connected to. */
  call(microphone) { this.#agent.call(target(this.#address), media(microphone)); }

  answer(microphone) { this.#session?.answer(media(microphone)); }

  hangUp() { this.#session?.terminate(this.#session.isEstablished() ? {} : { status_code: 603, reason_phrase: 'Decline' }); }

  mute(on) { if (on) this.#session?.mute({ audio: true }); else this.#session?.unmute({ audio: true }); }

  hold(on) { if (on) this.#session?.hold(); else this.#session?.unhold(); }

  /** A key of the keypad, as telephone-event (RFC 4733). */
  press(key) { this.#session?.sendDTMF(key, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 120, interToneGap: 70 }); }

  #take(originator, session) {
    if (this.#session) return session.terminate({ status_code: 486 });
    this.#session = session;
    const who = session.remote_identity.display_name || session.remote_identity.uri.user || 'Earshot';
    session.on('progress', () => this.#tell('progress', { who }));
    session.on('confirmed', () => this.#tell('talking', { who }));
    session.on('hold', ({ originator: by }) => this.#tell('held', { on: true, by }));
    session.on('unhold', ({ originator: by }) => this.#tell('held', { on: false, by }));
    session.on('getusermediafailed', () => this.#tell('ended', { why: 'The browser gives no microphone to this page.' }));
    for (const end of ['ended', 'failed']) {
      session.on(end, ({ cause, message }) => {
        if (this.#session === session) this.#session = undefined;
        this.#tell('ended', { why: cause, reason: message?.reason_phrase });
      });
    }
    // For a call of ours the connection is there already; for one that comes it is made by the answer.
    const listen = (connection) => {
      connection.addEventListener('track', ({ track }) => this.#tell('sound', { track }));
      connection.addEventListener('connectionstatechange', () => {
        if (connection.connectionState === 'failed' && session.isEstablished()) session.terminate({ cause: 'the way to the other side is lost' });
      });
    };
    if (session.connection) listen(session.connection);
    else session.on('peerconnection', ({ peerconnection }) => listen(peerconnection));
    this.#tell(originator === 'local' ? 'calling' : 'ringing', { who });
  }

  #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

const media = (microphone) => ({ mediaConstraints: { audio: microphone, video: false }, pcConfig: { iceServers: [] } });
