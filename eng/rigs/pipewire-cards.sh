#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Two virtual sound cards (A, B) on one private PipeWire daemon, reached by PortAudio through PipeWire's libjack.
# usage: pipewire-cards.sh up DIR [QUANTUM=128] [--loop]   start, wait until ready; --loop feeds each speaker into its own microphone
#        pipewire-cards.sh join DIR                        feed each speaker into its own microphone, again if a link was lost
#        pipewire-cards.sh down DIR                        stop by the recorded process id
#        . DIR/env                                         the environment a client needs
# needs: pipewire pipewire-jack libportaudio2 (Debian)
set -euo pipefail
verb=$1 dir=$(mkdir -p "$2" && cd "$2" && pwd) quantum=${3:-128} loop=${4:-}
if [[ $verb == down ]]; then kill "$(cat "$dir/pid")" 2>/dev/null || true; exit 0; fi

# On a busy machine a link made while its nodes still take shape is dropped again: made until it was there for half a second.
linked() { pw-link -l 2>/dev/null | grep -A4 -Fx "$1" | grep -qF "|-> $2"; }
join() {
  local card seen=0
  for _ in $(seq 100); do
    for card in A B; do
      linked "${card}_spk:monitor_MONO" "${card}_mic:playback_MONO" && continue
      seen=0
      pw-link "${card}_spk:monitor_MONO" "${card}_mic:playback_MONO" 2>/dev/null || true
    done
    ((++seen > 5)) && return 0
    sleep 0.1
  done
  echo "The speakers could not be joined with the microphones:" >&2; pw-link -l >&2; return 1
}
# shellcheck disable=SC1091
if [[ $verb == join ]]; then . "$dir/env"; join; exit; fi

[[ $quantum == --loop ]] && { quantum=128; loop=--loop; }
mkdir -p "$dir/rt"; chmod 700 "$dir/rt"
nodes=
for name in A_spk A_mic B_spk B_mic; do
  nodes+="
  { factory = adapter args = { factory.name = support.null-audio-sink node.name = $name node.description = $name media.class = Audio/Sink
    audio.position = [ MONO ] object.linger = true adapter.auto-port-config = { mode = dsp monitor = true position = preserve } } }"
done
cat >"$dir/pipewire.conf" <<CFG
context.properties = { core.daemon = true core.name = pipewire-0 support.dbus = false mem.allow-mlock = true
  default.clock.rate = 48000 default.clock.quantum = $quantum default.clock.min-quantum = $quantum default.clock.max-quantum = $quantum }
context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }
context.modules = [
  { name = libpipewire-module-rt args = { nice.level = -11 rt.prio = 20 } flags = [ ifexists nofail ] }
  { name = libpipewire-module-protocol-native } { name = libpipewire-module-metadata }
  { name = libpipewire-module-spa-node-factory } { name = libpipewire-module-client-node }
  { name = libpipewire-module-access args = { access.allowed = [ ] } }
  { name = libpipewire-module-adapter } { name = libpipewire-module-link-factory } ]
context.objects = [
  { factory = spa-node-factory args = { factory.name = support.node.driver node.name = Dummy-Driver node.group = pipewire.dummy priority.driver = 20000 } }$nodes
]
CFG
echo 'pcm.default { type null }' >"$dir/asound.conf"     # PortAudio 19.6 aborts without a default PCM
cat >"$dir/env" <<ENV
export XDG_RUNTIME_DIR=$dir/rt PIPEWIRE_RUNTIME_DIR=$dir/rt ALSA_CONFIG_PATH=$dir/asound.conf JACK_NO_START_SERVER=1
export LD_LIBRARY_PATH=/usr/lib/$(uname -m)-linux-gnu/pipewire-0.3/jack\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}
ENV
# shellcheck disable=SC1091
. "$dir/env"
pipewire -c "$dir/pipewire.conf" >"$dir/log" 2>&1 </dev/null &
echo $! >"$dir/pid"
for _ in $(seq 50); do pw-link -io 2>/dev/null | grep -q B_mic: && break; sleep 0.1; done
pw-link -io 2>/dev/null | grep -q B_mic: || { echo "PipeWire did not start:" >&2; cat "$dir/log" >&2; exit 1; }
if [[ $loop == --loop ]]; then join; fi
echo "ready: cards A_spk/A_mic and B_spk/B_mic at quantum $quantum; '. $dir/env' in the client's shell"
