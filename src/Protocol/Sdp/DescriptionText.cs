// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Earshot.Protocol.Sdp;

/// <summary>Our side of a description, ready to be written.</summary>
internal sealed record DescriptionText
{
    /// <summary>Addresses, ports, times and extra attributes.</summary>
    public required LocalMedia Local { get; init; }

    /// <summary>All m= lines in order: null for our stream, else a refused line's value.</summary>
    public required IReadOnlyList<byte[]?> Slots { get; init; }

    /// <summary>Our stream's transport.</summary>
    public required string Profile { get; init; }

    /// <summary>Our stream's formats.</summary>
    public required IReadOnlyList<NumberedCodec> Formats { get; init; }

    /// <summary>Our stream's direction.</summary>
    public required MediaDirection Direction { get; init; }

    /// <summary>Whether rtcp-mux is written.</summary>
    public required bool RtcpMux { get; init; }

    /// <summary>Our wish for extended reports; null for none.</summary>
    public string? ExtendedReports { get; init; }

    /// <summary>Attributes that agree on keys: crypto lines, or fingerprint, setup and tls-id.</summary>
    public required IReadOnlyList<string> Keying { get; init; }

    /// <summary>ICE: credentials, options, candidates; none without it.</summary>
    public IReadOnlyList<string> Ice { get; init; } = [];

    /// <summary>The t= line: an answer repeats the offer's (RFC 3264 §6).</summary>
    public ReadOnlyMemory<byte> Time { get; init; } = "0 0"u8.ToArray();

    /// <summary>The mid of the offered stream (RFC 5888 §9.1); null for none.</summary>
    public byte[]? Mid { get; init; }

    /// <summary>Whether the stream is in a BUNDLE group: alone, as all others are refused (RFC 8843 §7.3).</summary>
    public bool IsBundled { get; init; }

    /// <summary>The bytes.</summary>
    public byte[] Write(ulong sessionId, ulong version)
    {
        var address = AddressText(Local.Address);
        var writer = new SdpWriter()
            .Line('v', "0")
            .Line('o', string.Create(CultureInfo.InvariantCulture, $"- {sessionId} {version} {address}"))
            .Line('s', "-")
            .Line('c', address)
            .Line('t', Time.Span);
        if (IsBundled && Mid is not null) writer.Attribute("group", [.. "BUNDLE "u8, .. Mid]);
        foreach (var attribute in Local.SessionAttributes) writer.Attribute(attribute);
        foreach (var slot in Slots)
        {
            if (slot is null) WriteStream(writer);
            else writer.Line('m', slot);
        }
        return writer.ToBytes();
    }

    /// <summary>The value of an m= line that refuses a stream: port 0, all else as it was (RFC 3264 §6).</summary>
    public static byte[] Refusal(MediaDescription media) => [.. media.Kind, .. " 0 "u8, .. media.Protocol, (byte)' ', .. media.Formats];

    private void WriteStream(SdpWriter writer)
    {
        var numbers = string.Join(' ', Formats.Select(f => f.PayloadType.ToString(CultureInfo.InvariantCulture)));
        writer.Line('m', string.Create(CultureInfo.InvariantCulture, $"audio {Local.Port} {Profile} {numbers}"));
        foreach (var (number, codec) in Formats) WriteFormat(writer, number, codec, FormatOf(codec));
        if (Local.PacketTime > 0) writer.Attribute(string.Create(CultureInfo.InvariantCulture, $"ptime:{Local.PacketTime}"));
        if (Local.MaxPacketTime > 0) writer.Attribute(string.Create(CultureInfo.InvariantCulture, $"maxptime:{Local.MaxPacketTime}"));
        if (Mid is not null) writer.Attribute("mid", Mid);
        if (RtcpMux) writer.Attribute("rtcp-mux");
        if (Local.RtcpPort != 0 && Local.RtcpPort != Local.Port + 1)
            writer.Attribute(string.Create(CultureInfo.InvariantCulture, $"rtcp:{Local.RtcpPort}"));
        if (ExtendedReports is not null) writer.Attribute(ExtendedReports);
        foreach (var line in Keying) writer.Attribute(line);
        foreach (var line in Ice) writer.Attribute(line);
        foreach (var attribute in Local.MediaAttributes) writer.Attribute(attribute);
        writer.Attribute(Direction.ToAttribute());
    }

    private string? FormatOf(LocalCodec codec) => RedundancyFormat.Is(codec) ? RedundancyFormat.Write(Formats, codec) : codec.Format;

    private static void WriteFormat(SdpWriter writer, int number, LocalCodec codec, string? format)
    {
        var channels = codec.Channels == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{codec.Channels}");
        writer.Attribute(string.Create(CultureInfo.InvariantCulture, $"rtpmap:{number} {codec.Name}/{codec.ClockRate}{channels}"));
        if (!string.IsNullOrEmpty(format)) writer.Attribute(string.Create(CultureInfo.InvariantCulture, $"fmtp:{number} {format}"));
    }

    private static string AddressText(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetworkV6 ? "IN IP6 " : "IN IP4 ") + new IPAddress(address.GetAddressBytes());
}
