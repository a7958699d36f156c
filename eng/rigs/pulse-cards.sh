#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Two virtual sound cards (A, B) on one private PulseAudio daemon, reached by PortAudio through ALSA's pulse plugin.
# Each speaker's monitor is its own microphone (an acoustic loop). Unloading a sink is an honest unplug:
#   pactl list short modules; pactl unload-module N
# usage: pulse-cards.sh up DIR | down DIR ; then '. DIR/env' in the client's shell
# needs: pulseaudio pulseaudio-utils libasound2-plugins libportaudio2 (Debian)
set -euo pipefail
verb=$1 dir=$(mkdir -p "$2" && cd "$2" && pwd)
if [[ $verb == down ]]; then kill "$(cat "$dir/pid")" 2>/dev/null || true; exit 0; fi
mkdir -p "$dir/rt" "$dir/home"; chmod 700 "$dir/rt" "$dir/home"
{
  echo ".fail"
  echo "load-module module-native-protocol-unix socket=$dir/rt/pulse.sock auth-anonymous=1"
  for card in A B; do                                     # without norewinds=1 the first two seconds stall
    echo "load-module module-null-sink sink_name=$card rate=48000 channels=1 norewinds=1 sink_properties=device.description=Phone${card}_Speaker"
    echo "load-module module-remap-source source_name=${card}_mic master=$card.monitor source_properties=device.description=Phone${card}_Mic"
  done
} >"$dir/default.pa"
cat >"$dir/asound.conf" <<CONF
pcm_type.pulse { lib "/usr/lib/$(uname -m)-linux-gnu/alsa-lib/libasound_module_pcm_pulse.so" }
pcm.phoneA { type asym playback.pcm { type pulse device "A" } capture.pcm { type pulse device "A_mic" } hint { show on description "PhoneA" } }
pcm.phoneB { type asym playback.pcm { type pulse device "B" } capture.pcm { type pulse device "B_mic" } hint { show on description "PhoneB" } }
pcm.default { type null }
CONF
cat >"$dir/env" <<ENV
export PULSE_SERVER=unix:$dir/rt/pulse.sock ALSA_CONFIG_PATH=$dir/asound.conf JACK_NO_START_SERVER=1
ENV
HOME=$dir/home XDG_RUNTIME_DIR=$dir/rt PULSE_RUNTIME_PATH=$dir/rt/pulse env -u DBUS_SESSION_BUS_ADDRESS \
  pulseaudio -n -F "$dir/default.pa" --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disable-shm=no --realtime=no --high-priority=no \
  --log-target="file:$dir/log" --log-level=3 </dev/null &
echo $! >"$dir/pid"
# shellcheck disable=SC1091
. "$dir/env"
for _ in $(seq 50); do pactl info >/dev/null 2>&1 && { echo "ready: PortAudio devices phoneA and phoneB; '. $dir/env' in the client's shell"; exit 0; }; sleep 0.1; done
echo "PulseAudio did not start:" >&2; cat "$dir/log" >&2; exit 1
