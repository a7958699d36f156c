// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot.Protocol.Sdp;

/// <summary>What a peer's description says of its audio stream, in the peer's own view. Immutable.</summary>
/// <param name="Session">The whole description.</param>
/// <param name="Audio">The stream in it.</param>
/// <param name="Formats">Codecs in the peer's order.</param>
/// <param name="Rtp">Where it receives RTP.</param>
/// <param name="Rtcp">Where it receives RTCP when that is not multiplexed.</param>
/// <param name="Direction">What it is willing to do; an old-style hold counts as not receiving.</param>
internal sealed record RemoteStream(
    SessionDescription Session,
    MediaDescription Audio,
    List<PayloadFormat> Formats,
    IPEndPoint Rtp,
    IPEndPoint Rtcp,
    MediaDirection Direction)
{
    /// <summary>RTCP on the RTP port is offered or agreed.</summary>
    public bool RtcpMux => Audio.HasAttribute("rtcp-mux"u8);

    /// <summary>Reads a stream; null when its address is none that we can send to.</summary>
    public static RemoteStream? TryRead(SessionDescription session, MediaDescription audio)
    {
        if (!audio.TryGetConnection(session, out var line) || !SdpConnection.TryParse(line, out var address)) return null;
        var direction = audio.Direction(session);
        // With ICE it only means that no candidate is known yet (RFC 8840 §4.1.3).
        if (SdpConnection.IsWildcard(address) && !HasIce(session, audio)) direction &= ~MediaDirection.ReceiveOnly;
        var rtp = new IPEndPoint(address, audio.Port);
        return new RemoteStream(session, audio, PayloadFormat.ReadAll(audio), rtp, RtcpOf(audio, rtp), direction);
    }

    /// <summary>Milliseconds in the packets that we send: the peer's wish, else ours, never over the peer's limit.</summary>
    public double PacketTime(double ours)
    {
        var wish = Audio.Milliseconds("ptime"u8);
        var most = Audio.Milliseconds("maxptime"u8);
        var time = wish > 0 ? wish : ours;
        return most > 0 && time > most ? most : time;
    }

    private static bool HasIce(SessionDescription session, MediaDescription audio) => audio.HasAttribute("ice-ufrag"u8) || session.HasAttribute("ice-ufrag"u8);

    // a=rtcp:53020 IN IP4 126.16.64.4 (RFC 3605); without it the next port (RFC 3550 §11).
    private static IPEndPoint RtcpOf(MediaDescription audio, IPEndPoint rtp)
    {
        if (audio.TryGetAttribute("rtcp"u8, out var value))
        {
            var tokens = new Tokens(value);
            if (tokens.TryNextNumber(65535, out var port) && port > 0)
                return new IPEndPoint(SdpConnection.TryParse(tokens.Rest, out var address) ? address : rtp.Address, port);
        }
        return new IPEndPoint(rtp.Address, Math.Min(rtp.Port + 1, 65535));
    }
}
