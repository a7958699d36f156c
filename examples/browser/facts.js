// SPDX-License-Identifier: MIT
// What the browser's own counters say of a call (W3C webrtc-stats), for people.

/** Reads a connection. Each fact is undefined while nothing is known of it. */
export const read = async (connection) => {
  const all = [...(await connection.getStats()).values()];
  const one = (type, test = () => true) => all.find((each) => each.type === type && test(each));
  const inbound = one('inbound-rtp', (each) => each.kind === 'audio');
  const outbound = one('outbound-rtp', (each) => each.kind === 'audio');
  const transport = one('transport');
  const pair = one('candidate-pair', (each) => each.id === transport?.selectedCandidatePairId);
  const remote = one('remote-inbound-rtp', (each) => each.kind === 'audio');
  const end = (id) => one('local-candidate', (each) => each.id === id) ?? one('remote-candidate', (each) => each.id === id);
  return {
    ice: transport?.iceState,
    dtls: transport?.dtlsState,
    profile: transport?.srtpCipher,
    version: transport?.tlsVersion,
    codec: one('codec', (each) => each.id === (inbound ?? outbound)?.codecId)?.mimeType.replace('audio/', ''),
    sendCodec: one('codec', (each) => each.id === outbound?.codecId)?.mimeType.replace('audio/', ''),
    roundTrip: remote?.roundTripTime ?? pair?.currentRoundTripTime,
    received: inbound?.packetsReceived,
    sent: outbound?.packetsSent,
    lost: inbound?.packetsLost,
    jitter: inbound?.jitter,
    level: inbound?.audioLevel,
    near: end(pair?.localCandidateId),
    far: end(pair?.remoteCandidateId),
  };
};

const versions = { FEFD: 'DTLS 1.2', FEFC: 'DTLS 1.3' };
const place = (candidate) => (candidate ? `${candidate.candidateType} ${candidate.address ?? ''}:${candidate.port}` : '–');

/** The same as rows of a table: name and text. */
export const rows = (facts, isProtected) => [
  ['Sound', facts.codec ?? '–'],
  ['Round trip', facts.roundTrip === undefined ? '–' : `${(facts.roundTrip * 1000).toFixed(0)} ms`],
  ['Lost', facts.received ? `${facts.lost} of ${facts.received + facts.lost}` : '–'],
  ['Encryption', facts.dtls === 'connected' ? [versions[facts.version] ?? 'DTLS', facts.profile].filter(Boolean).join(', ') : (facts.dtls ?? '–')],
  ['Signalling', isProtected ? 'protected (wss)' : 'in clear (ws)'],
  ['Path', `${facts.ice ?? '–'}, ${place(facts.near)} to ${place(facts.far)}`],
];
