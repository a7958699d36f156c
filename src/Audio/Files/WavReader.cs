// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Audio.Devices;
using Microsoft.Win32.SafeHandles;

namespace Earshot.Audio.Files;

/// <summary>Reads a WAV file of PCM 8/16/24/32 or float 32 in one or two channels as 16-bit mono at the file's own rate.</summary>
/// <remarks>Thread: one at a time. <see cref="Read"/> does not allocate; it reads the file.</remarks>
internal sealed class WavReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly byte[] _bytes = new byte[8192];
    private readonly long _dataStart;
    private long _next;

    private WavReader(SafeFileHandle file, WavFormat format, long dataStart, long dataBytes)
    {
        _file = file;
        Format = format;
        _dataStart = dataStart;
        Frames = dataBytes / format.FrameBytes;
    }

    /// <summary>How the file stores its samples.</summary>
    public WavFormat Format { get; }

    /// <summary>Samples per channel.</summary>
    public long Frames { get; }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="AudioDeviceException">No such file, not readable, or of the wrong kind; one line.</exception>
    public static WavReader Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path);
            var refusal = WavHeader.Read(
                (bytes, at) => RandomAccess.Read(file, bytes, at), RandomAccess.GetLength(file), out var format, out var start, out var length);
            if (refusal is null)
                return new WavReader(file, format, start, length);
            file.Dispose();
            throw new AudioDeviceException($"{path} is {refusal}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file?.Dispose();
            throw new AudioDeviceException($"cannot read {path}: {Reason(e)}", e);
        }
    }

    /// <summary>Reads the next samples, channels averaged, and says how many came; 0 at the end.</summary>
    public int Read(Span<short> mono)
    {
        var done = 0;
        while (done < mono.Length && _next < Frames)
        {
            var wanted = (int)Math.Min(Math.Min(mono.Length - done, _bytes.Length / Format.FrameBytes), Frames - _next);
            var got = RandomAccess.Read(_file, _bytes.AsSpan(0, wanted * Format.FrameBytes), _dataStart + (_next * Format.FrameBytes)) / Format.FrameBytes;
            if (got == 0)
                break;
            Decode(_bytes, mono.Slice(done, got));
            done += got;
            _next += got;
        }

        return done;
    }

    /// <summary>Goes back to the first sample.</summary>
    public void Rewind() => _next = 0;

    /// <summary>Reads a whole file as 16-bit mono at its own rate; for measuring and tests.</summary>
    /// <exception cref="AudioDeviceException">See <see cref="Open"/>.</exception>
    public static short[] ReadAll(string path, out int sampleRate)
    {
        using var reader = Open(path);
        sampleRate = reader.Format.SampleRate;
        var samples = new short[reader.Frames];
        return samples[..reader.Read(samples)];
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "it may not be read, or it is a folder",
        NotSupportedException => "a pipe cannot be read from its beginning; write what it says to a file first",
        _ => e.Message.ReplaceLineEndings(" "),
    };

    private void Decode(ReadOnlySpan<byte> bytes, Span<short> mono)
    {
        var step = Format.BitsPerSample / 8;
        for (var i = 0; i < mono.Length; i++)
        {
            var frame = bytes[(i * Format.FrameBytes)..];
            int sum = Sample(frame);
            if (Format.Channels == 2)
                sum = (sum + Sample(frame[step..])) >> 1;
            mono[i] = (short)sum;
        }
    }

    private short Sample(ReadOnlySpan<byte> bytes) => (Format.BitsPerSample, Format.IsFloat) switch
    {
        (8, _) => (short)((bytes[0] - 128) << 8),
        (16, _) => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        (24, _) => BinaryPrimitives.ReadInt16LittleEndian(bytes[1..]),
        (32, true) => FromFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        _ => BinaryPrimitives.ReadInt16LittleEndian(bytes[2..]),
    };

    // Not a number would convert to anything: it is silence here.
    private static short FromFloat(float value) => float.IsNaN(value) ? (short)0 : (short)Math.Clamp(MathF.Round(value * 32768), short.MinValue, short.MaxValue);
}
