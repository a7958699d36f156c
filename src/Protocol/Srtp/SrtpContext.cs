// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Srtp;

/// <summary>One direction of a call's SRTP and SRTCP: either protects what we send or opens what comes.</summary>
/// <remarks>Thread: worker, whose own it is once handed over. Real-time: no allocation after construction.</remarks>
internal sealed class SrtpContext : IDisposable
{
    private readonly SrtpSender? _rtpSender;
    private readonly SrtcpSender? _rtcpSender;
    private readonly SrtpReceiver? _rtpReceiver;
    private readonly SrtcpReceiver? _rtcpReceiver;

    private SrtpContext(SrtpMasterKey key, bool sends)
    {
        Profile = key.Profile;
        if (sends)
        {
            _rtpSender = new SrtpSender(key);
            _rtcpSender = new SrtcpSender(key);
        }
        else
        {
            _rtpReceiver = new SrtpReceiver(key);
            _rtcpReceiver = new SrtcpReceiver(key);
        }
    }

    /// <summary>The suite.</summary>
    public SrtpProfile Profile { get; }

    /// <summary>What the last packet met with.</summary>
    public SrtpOutcome LastOutcome { get; private set; }

    /// <summary>A context that protects. The key may be disposed afterwards.</summary>
    public static SrtpContext ForSending(SrtpMasterKey key) => new(key, sends: true);

    /// <summary>A context that opens. The key may be disposed afterwards.</summary>
    public static SrtpContext ForReceiving(SrtpMasterKey key) => new(key, sends: false);

    /// <summary>Protects an RTP packet in place.</summary>
    /// <param name="buffer">The packet, with room behind it.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <param name="protectedLength">Bytes to send; 0 on refusal.</param>
    public bool TryProtectRtp(Span<byte> buffer, int length, out int protectedLength) =>
        Note(Sender(_rtpSender).Protect(buffer, length, out protectedLength));

    /// <summary>Protects a compound RTCP packet in place.</summary>
    public bool TryProtectRtcp(Span<byte> buffer, int length, out int protectedLength) =>
        Note(Sender(_rtcpSender).Protect(buffer, length, out protectedLength));

    /// <summary>Opens an SRTP packet in place.</summary>
    /// <param name="packet">The datagram.</param>
    /// <param name="length">Bytes of the RTP packet; 0 on refusal, when the datagram is unchanged.</param>
    public bool TryUnprotectRtp(Span<byte> packet, out int length) =>
        Note(Receiver(_rtpReceiver).Unprotect(packet, out length));

    /// <summary>Takes over from the context that opened under the key before.</summary>
    public void Follow(SrtpContext before) => Receiver(_rtpReceiver).Follow(Receiver(before._rtpReceiver));

    /// <summary>Opens an SRTCP packet in place.</summary>
    public bool TryUnprotectRtcp(Span<byte> packet, out int length) =>
        Note(Receiver(_rtcpReceiver).Unprotect(packet, out length));

    /// <inheritdoc/>
    public void Dispose()
    {
        _rtpSender?.Dispose();
        _rtcpSender?.Dispose();
        _rtpReceiver?.Dispose();
        _rtcpReceiver?.Dispose();
    }

    private bool Note(SrtpOutcome outcome)
    {
        LastOutcome = outcome;
        return outcome == SrtpOutcome.Ok;
    }

    private static T Sender<T>(T? sender) where T : class =>
        sender ?? throw new InvalidOperationException("This context opens packets: protect with one from ForSending.");

    private static T Receiver<T>(T? receiver) where T : class =>
        receiver ?? throw new InvalidOperationException("This context protects packets: open with one from ForReceiving.");
}
