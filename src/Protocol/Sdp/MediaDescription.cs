// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>One m= line and what belongs to it (RFC 8866 §5.14). Immutable.</summary>
internal sealed class MediaDescription : SdpSection
{
    private readonly byte _kindLength;
    private readonly ushort _protocolStart;
    private readonly ushort _protocolEnd;

    private MediaDescription(ReadOnlyMemory<SdpLine> lines, int kindLength, int port, int portCount, int protocolStart, int protocolEnd)
        : base(lines)
    {
        _kindLength = (byte)kindLength;
        _protocolStart = (ushort)protocolStart;
        _protocolEnd = (ushort)protocolEnd;
        Port = port;
        PortCount = portCount;
    }

    /// <summary><c>audio</c>, <c>video</c>, …</summary>
    public ReadOnlySpan<byte> Kind => MediaLine[.._kindLength];

    /// <summary>The transport port; 0 refuses the stream or takes it away (RFC 3264 §6, §8.2).</summary>
    public int Port { get; }

    /// <summary>Consecutive ports, 1 for nearly everybody.</summary>
    public int PortCount { get; }

    /// <summary><c>RTP/AVP</c>, <c>RTP/SAVP</c>, …</summary>
    public ReadOnlySpan<byte> Protocol => MediaLine[_protocolStart.._protocolEnd];

    /// <summary>The formats, separated by spaces: payload types in order of preference.</summary>
    public ReadOnlySpan<byte> Formats => MediaLine[_protocolEnd..].Trim((byte)' ');

    /// <summary>Sound?</summary>
    public bool IsAudio => Kind.SequenceEqual("audio"u8);

    private ReadOnlySpan<byte> MediaLine => Lines[0].Value.Span;

    /// <summary>The direction written here, else in the session, else sendrecv (RFC 8866 §6.7).</summary>
    public MediaDirection Direction(SessionDescription session) =>
        TryGetDirection(out var direction) || session.TryGetDirection(out direction) ? direction : MediaDirection.SendReceive;

    /// <summary>The c= line written here, else in the session.</summary>
    public bool TryGetConnection(SessionDescription session, out ReadOnlySpan<byte> value) =>
        TryGetLine('c', out value) || session.TryGetLine('c', out value);

    /// <summary>Reads a section whose first line is m=.</summary>
    internal static MediaDescription? TryParse(ReadOnlyMemory<SdpLine> lines)
    {
        var value = lines.Span[0].Value.Span;
        var tokens = new Tokens(value);
        if (!tokens.TryNext(out var kind) || kind.Length > byte.MaxValue || !value.StartsWith(kind)
            || !tokens.TryNext(out var port) || !TryPort(port, out var number, out var count)
            || !tokens.TryNext(out var protocol) || !tokens.TryNext(out _))
            return null;
        value.Overlaps(protocol, out var start);
        return new MediaDescription(lines, kind.Length, number, count, start, start + protocol.Length);
    }

    private static bool TryPort(ReadOnlySpan<byte> token, out int port, out int count)
    {
        count = 1;
        var slash = token.IndexOf((byte)'/');
        if (slash < 0) return Tokens.TryNumber(token, 65535, out port);
        return Tokens.TryNumber(token[..slash], 65535, out port) && Tokens.TryNumber(token[(slash + 1)..], 65535, out count) && count > 0;
    }

    /// <summary>For people: the kind.</summary>
    internal string KindText => Encoding.UTF8.GetString(Kind);

    /// <summary>For people: the transport.</summary>
    internal string ProtocolText => Encoding.UTF8.GetString(Protocol);
}
