// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Protocol.Rtcp;

/// <summary>What a receiver says about the sound of one source: the VoIP metrics block of an extended report (RFC 3611 §4.7).</summary>
/// <remarks>
/// <code>
///    0                   1                   2                   3
///    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///   |     BT=7      |   reserved    |       block length = 8        |
///   |                        SSRC of source                         |
///   |   loss rate   | discard rate  | burst density |  gap density  |
///   |       burst duration          |         gap duration          |
///   |     round trip delay          |       end system delay        |
///   | signal level  |  noise level  |     RERL      |     Gmin      |
///   |   R factor    | ext. R factor |    MOS-LQ     |    MOS-CQ     |
///   |   RX config   |   reserved    |          JB nominal           |
///   |          JB maximum           |          JB abs max           |
/// </code>
/// Shares are of 256, times in milliseconds; 127 stands for what is not known of levels, R and MOS.
/// </remarks>
internal readonly record struct VoipMetrics
{
    /// <summary>The block type.</summary>
    public const byte BlockType = 7;

    /// <summary>Bytes of the block.</summary>
    public const int Size = 36;

    /// <summary>What is not known.</summary>
    public const byte Unknown = 127;

    /// <summary>The source.</summary>
    public uint Ssrc { get; init; }

    /// <summary>Lost, of 256.</summary>
    public byte LossRate { get; init; }

    /// <summary>Came too late or early to be played, of 256.</summary>
    public byte DiscardRate { get; init; }

    /// <summary>Loss and discard within bursts, of 256.</summary>
    public byte BurstDensity { get; init; }

    /// <summary>Loss and discard between bursts, of 256.</summary>
    public byte GapDensity { get; init; }

    /// <summary>Mean length of bursts, milliseconds.</summary>
    public ushort BurstDuration { get; init; }

    /// <summary>Mean length between bursts, milliseconds.</summary>
    public ushort GapDuration { get; init; }

    /// <summary>Round trip, milliseconds; 0 while unknown.</summary>
    public ushort RoundTrip { get; init; }

    /// <summary>Delay within the writer: capture, framing, jitter buffer, playback, milliseconds.</summary>
    public ushort EndSystemDelay { get; init; }

    /// <summary>Level of the speech in dBm0, signed.</summary>
    public sbyte SignalLevel { get; init; }

    /// <summary>Level of the noise in dBm0, signed.</summary>
    public sbyte NoiseLevel { get; init; }

    /// <summary>Residual echo return loss, dB.</summary>
    public byte EchoReturnLoss { get; init; }

    /// <summary>Packets received in a row that end a burst: 16.</summary>
    public byte Gmin { get; init; }

    /// <summary>Rating of G.107, 0 to 100.</summary>
    public byte RFactor { get; init; }

    /// <summary>Rating of another part of the way.</summary>
    public byte ExternalRFactor { get; init; }

    /// <summary>Listening quality, 10 to 50.</summary>
    public byte ListeningQuality { get; init; }

    /// <summary>Conversational quality, 10 to 50.</summary>
    public byte ConversationalQuality { get; init; }

    /// <summary>Concealment (2 bits), jitter buffer kind (2 bits), its rate (4 bits).</summary>
    public byte Configuration { get; init; }

    /// <summary>Jitter buffer now, milliseconds.</summary>
    public ushort BufferNominal { get; init; }

    /// <summary>Longest jitter buffer so far, milliseconds.</summary>
    public ushort BufferMaximum { get; init; }

    /// <summary>Longest jitter buffer possible, milliseconds.</summary>
    public ushort BufferLimit { get; init; }

    /// <summary>Reads a block of <see cref="Size"/> bytes.</summary>
    public static VoipMetrics Read(ReadOnlySpan<byte> bytes) => new()
    {
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
        LossRate = bytes[8],
        DiscardRate = bytes[9],
        BurstDensity = bytes[10],
        GapDensity = bytes[11],
        BurstDuration = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]),
        GapDuration = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]),
        RoundTrip = BinaryPrimitives.ReadUInt16BigEndian(bytes[16..]),
        EndSystemDelay = BinaryPrimitives.ReadUInt16BigEndian(bytes[18..]),
        SignalLevel = (sbyte)bytes[20],
        NoiseLevel = (sbyte)bytes[21],
        EchoReturnLoss = bytes[22],
        Gmin = bytes[23],
        RFactor = bytes[24],
        ExternalRFactor = bytes[25],
        ListeningQuality = bytes[26],
        ConversationalQuality = bytes[27],
        Configuration = bytes[28],
        BufferNominal = BinaryPrimitives.ReadUInt16BigEndian(bytes[30..]),
        BufferMaximum = BinaryPrimitives.ReadUInt16BigEndian(bytes[32..]),
        BufferLimit = BinaryPrimitives.ReadUInt16BigEndian(bytes[34..]),
    };

    /// <summary>Writes the block.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ((uint)BlockType << 24) | ((Size / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], Ssrc);
        (bytes[8], bytes[9], bytes[10], bytes[11]) = (LossRate, DiscardRate, BurstDensity, GapDensity);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], BurstDuration);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], GapDuration);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], RoundTrip);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[18..], EndSystemDelay);
        (bytes[20], bytes[21], bytes[22], bytes[23]) = ((byte)SignalLevel, (byte)NoiseLevel, EchoReturnLoss, Gmin);
        (bytes[24], bytes[25], bytes[26], bytes[27]) = (RFactor, ExternalRFactor, ListeningQuality, ConversationalQuality);
        (bytes[28], bytes[29]) = (Configuration, 0);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[30..], BufferNominal);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[32..], BufferMaximum);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[34..], BufferLimit);
    }
}
