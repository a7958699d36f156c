// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;

namespace Earshot.Media.Receive;

/// <summary>What was agreed about playing. An immutable snapshot; its decoders belong to playback from then on.</summary>
/// <param name="Decoders">One for each payload type that the peer may send; the same instance as before when the codec stays.</param>
/// <param name="Plays">False on hold: silence.</param>
internal sealed record PlaybackPlan(IReadOnlyList<(byte PayloadType, IAudioDecoder Decoder)> Decoders, bool Plays);
