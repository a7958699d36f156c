// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Earshot.Media.Diagnostics;
using Earshot.Protocol;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot;

/// <summary>Lets a capture file and a person see the SIP messages; the person never sees keys.</summary>
/// <remarks>Thread: the signalling loop.</remarks>
internal sealed partial class SignallingTaps(PacketCapture? capture) : ISignalingTap
{
    /// <summary>Gets each message: true when sent, the peer, the text with keys blanked.</summary>
    public Action<bool, string, string>? Trace { get; set; }

    /// <summary>Told what <see cref="Trace"/> threw: its author's fault must cost no message.</summary>
    public Action<Exception>? TraceFailed { get; set; }

    public void Sent(Instant at, SipFlow flow, ReadOnlySpan<byte> message)
    {
        capture?.Push(at, flow.Local, flow.Remote, message);
        Show(true, flow.Remote, message);
    }

    public void Received(Instant at, SipFlow flow, ReadOnlySpan<byte> message)
    {
        capture?.Push(at, flow.Remote, flow.Local, message);
        Show(false, flow.Remote, message);
    }

    private void Show(bool sent, IPEndPoint peer, ReadOnlySpan<byte> message)
    {
        if (Trace is not { } trace) return;
        try
        {
            trace(sent, peer.ToString(), InlineKeys().Replace(Encoding.UTF8.GetString(message), "inline:(key not shown)"));
        }
        catch (Exception wrong)
        {
            TraceFailed?.Invoke(wrong);
        }
    }

    [GeneratedRegex(@"inline:[^\s|;]+", RegexOptions.IgnoreCase)]
    private static partial Regex InlineKeys();
}
