// SPDX-License-Identifier: MIT
using Earshot.Audio.Ends;
using Earshot.Audio.Tones;

namespace Earshot;

//   INVITE ─► 180 ──tone── 183 with SDP, 200, failure or hang-up ─► silence, or what the other side sends

/// <summary>When a caller hears a ringing tone of our own: from the first 180 on (RFC 3960 §3.2), and never over the other side's sound.</summary>
/// <param name="attach">Puts the tone on the card.</param>
/// <param name="detach">Takes it off.</param>
/// <remarks>Thread: the signalling loop.</remarks>
internal sealed class Ringback(Action<IVoice> attach, Action<IVoice> detach)
{
    private RingbackVoice? _voice;

    /// <summary>A provisional response came.</summary>
    public void HandleRinging(int status, bool earlyMedia)
    {
        if (earlyMedia) Stop();
        else if (status == 180 && _voice is null) attach(_voice = new RingbackVoice());
    }

    /// <summary>Media flows, or the call is over. Any number of times.</summary>
    public void Stop()
    {
        if (_voice is not { } voice) return;
        _voice = null;
        detach(voice);
    }
}
