// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.Opus;

/// <summary>Reads the table-of-contents byte of an Opus packet (RFC 6716 §3.1).</summary>
/// <remarks>
/// <code>
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// | config  |s| c |     config: mode, bandwidth and frame size; c: frames in the packet
/// +-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
internal static class OpusPacket
{
    /// <summary>Samples at 48 kHz that a packet plays; −1 when it is no Opus packet or longer than 120 ms.</summary>
    public static int Samples(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty) return -1;
        var frames = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length < 2 ? 0 : packet[1] & 0x3F,
        };
        var samples = frames * FrameSamples(packet[0]);
        return samples is > 0 and <= 5760 ? samples : -1;
    }

    /// <summary>Samples at 48 kHz of one frame (RFC 6716 table 2).</summary>
    public static int FrameSamples(byte toc)
    {
        var config = toc >> 3;
        return config switch
        {
            < 12 => (config & 3) switch { 0 => 480, 1 => 960, 2 => 1920, _ => 2880 }, // SILK: 10, 20, 40, 60 ms
            < 16 => (config & 1) == 0 ? 480 : 960, // hybrid: 10, 20 ms
            _ => 120 << (config & 3), // CELT: 2.5, 5, 10, 20 ms
        };
    }

    /// <summary>True when the first SILK frame announces a copy of the frame before (LBRR flag, RFC 6716 §4.2.3–4.2.4). CELT carries none.</summary>
    public static bool CarriesFec(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < 2 || packet[0] >> 3 >= 16) return false;
        var frame = FirstFrame(packet);
        if (frame.IsEmpty) return false;
        // The SILK layer of a mono frame begins with one VAD bit per 20 ms, then the LBRR bit, most significant first.
        var silkFrames = Math.Max(1, FrameSamples(packet[0]) / 960);
        return (frame[0] & (0x80 >> silkFrames)) != 0;
    }

    private static ReadOnlySpan<byte> FirstFrame(ReadOnlySpan<byte> packet)
    {
        var at = 1;
        switch (packet[0] & 3)
        {
            case 0 or 1:
                return packet[at..];
            case 2:
                return Sized(packet, ReadLength(packet, ref at), at);
            default:
                return FirstOfMany(packet);
        }
    }

    private static ReadOnlySpan<byte> FirstOfMany(ReadOnlySpan<byte> packet)
    {
        var (frames, at) = (packet[1] & 0x3F, 2);
        if ((packet[1] & 0x40) != 0) // how much padding follows the frames: 255 stands for 254 and another byte
        {
            while (at < packet.Length && packet[at] == 255) at++;
            at++;
        }

        if ((packet[1] & 0x80) == 0 || frames < 2) return at < packet.Length ? packet[at..] : default;
        var first = ReadLength(packet, ref at); // each frame but the last has a length in front
        for (var frame = 2; frame < frames; frame++) ReadLength(packet, ref at);
        return Sized(packet, first, at);
    }

    // One byte up to 251, else two (RFC 6716 §3.2.1).
    private static int ReadLength(ReadOnlySpan<byte> packet, ref int at)
    {
        if (at >= packet.Length) return 0;
        var length = (int)packet[at++];
        return length < 252 || at >= packet.Length ? length : length + (4 * packet[at++]);
    }

    private static ReadOnlySpan<byte> Sized(ReadOnlySpan<byte> packet, int length, int at) =>
        at + length <= packet.Length ? packet.Slice(at, length) : default;
}
