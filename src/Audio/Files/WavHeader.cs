// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Audio.Files;

// RIFF size WAVE │ "fmt " size tag channels rate bytes/s align bits … │ any chunks │ "data" size samples …
// A chunk of odd size is followed by one byte of padding.

/// <summary>Reads and writes the RIFF header of a WAV file (Microsoft/IBM RIFF 1.0; WAVE_FORMAT_EXTENSIBLE).</summary>
internal static class WavHeader
{
    /// <summary>Bytes before the samples in the files that we write.</summary>
    public const int Size = 44;

    private const int TagPcm = 1;
    private const int TagFloat = 3;
    private const int TagExtensible = 0xFFFE;

    /// <summary>Writes the plain header of a PCM16 file.</summary>
    public static void Write(Span<byte> header, int sampleRate, int channels, uint dataBytes)
    {
        "RIFF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], dataBytes + Size - 8);
        "WAVEfmt "u8.CopyTo(header[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 16);
        BinaryPrimitives.WriteUInt16LittleEndian(header[20..], TagPcm);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)channels);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], sampleRate * channels * 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[32..], (ushort)(channels * 2));
        BinaryPrimitives.WriteUInt16LittleEndian(header[34..], 16);
        "data"u8.CopyTo(header[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], dataBytes);
    }

    /// <summary>Walks the chunks up to the samples.</summary>
    /// <param name="file">Gives bytes at a position; fewer at the end of the file.</param>
    /// <param name="fileLength">Bytes of the file; a longer data size (a writer that was killed, a stream's 0xFFFFFFFF) is cut to it.</param>
    /// <param name="format">How the samples are stored.</param>
    /// <param name="dataStart">Where the samples begin.</param>
    /// <param name="dataBytes">Bytes of whole frames.</param>
    /// <returns>Null, or what is wrong in a few words.</returns>
    public static string? Read(PositionalRead file, long fileLength, out WavFormat format, out long dataStart, out long dataBytes)
    {
        (format, dataStart, dataBytes) = (default, 0, 0);
        Span<byte> bytes = stackalloc byte[40];
        if (file(bytes[..12], 0) < 12 || !bytes.StartsWith("RIFF"u8) || !bytes[8..].StartsWith("WAVE"u8))
            return "not a WAV file (it does not begin with RIFF…WAVE)";
        var known = false;
        for (long at = 12; file(bytes[..8], at) == 8;)
        {
            long size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            if (bytes.StartsWith("fmt "u8))
            {
                var got = file(bytes[..(int)Math.Min(size, 40)], at + 8);
                if (ReadFormat(bytes[..got], out format) is { } refusal)
                    return refusal;
                known = true;
            }
            else if (bytes.StartsWith("data"u8))
            {
                if (!known)
                    return "a damaged WAV file (samples before their format)";
                dataStart = at + 8;
                dataBytes = Math.Min(size, fileLength - dataStart);
                dataBytes -= dataBytes % format.FrameBytes;
                return null;
            }

            at += 8 + size + (size & 1);
        }

        return "a damaged WAV file (it holds no samples)";
    }

    private static string? ReadFormat(ReadOnlySpan<byte> fmt, out WavFormat format)
    {
        format = default;
        if (fmt.Length < 16)
            return "a damaged WAV file (its format is cut short)";
        int tag = BinaryPrimitives.ReadUInt16LittleEndian(fmt);
        if (tag == TagExtensible && fmt.Length >= 26)
            tag = BinaryPrimitives.ReadUInt16LittleEndian(fmt[24..]);
        var channels = BinaryPrimitives.ReadUInt16LittleEndian(fmt[2..]);
        var rate = BinaryPrimitives.ReadInt32LittleEndian(fmt[4..]);
        var bits = BinaryPrimitives.ReadUInt16LittleEndian(fmt[14..]);
        if (!(tag == TagPcm && bits is 8 or 16 or 24 or 32) && !(tag == TagFloat && bits == 32))
            return $"a WAV file of a kind that is not read here (format {tag}, {bits} bit): convert it to 16-bit PCM";
        if (channels is not (1 or 2))
            return $"a WAV file of {channels} channels: convert it to one or two";
        if (rate is < 4_000 or > 384_000)
            return $"a WAV file at {rate} Hz: convert it to 8000 to 192000";
        format = new WavFormat(rate, channels, bits, tag == TagFloat);
        return null;
    }
}

/// <summary>Reads bytes at a position and says how many came.</summary>
internal delegate int PositionalRead(Span<byte> bytes, long position);
