// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Earshot.Audio.Devices;
using Earshot.Audio.Devices.Clock;
using Microsoft.Win32.SafeHandles;

namespace Earshot.Audio.Files;

//  append the block's samples ──► then write the 44 bytes of the header with the new sizes
//  A process killed between the two leaves a header that names fewer samples than the file holds: still a valid WAV.

/// <summary>Writes a plain PCM16 WAV file with a 44-byte header that is valid after every block.</summary>
/// <remarks>Thread: one at a time. <see cref="Append"/> does not allocate; it writes the file (the page cache takes it).</remarks>
internal sealed class WavWriter : IBlockKeeper
{
    /// <summary>A RIFF size has 32 bits; at 48 kHz mono that is 12.4 hours. What comes later is not kept.</summary>
    private const long MaxDataBytes = uint.MaxValue - 64;

    private readonly SafeFileHandle _file;
    private readonly int _sampleRate;
    private readonly int _channels;
    private long _dataBytes;

    private WavWriter(SafeFileHandle file, int sampleRate, int channels)
    {
        _file = file;
        _sampleRate = sampleRate;
        _channels = channels;
        WriteHeader();
    }

    /// <summary>Samples per channel written.</summary>
    public long Frames => _dataBytes / 2 / _channels;

    /// <summary>Creates or replaces a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampleRate">In hertz.</param>
    /// <param name="channels">1 or 2.</param>
    /// <param name="isPrivate">For its owner's eyes only: what two people said to each other.</param>
    /// <exception cref="AudioDeviceException">It cannot be written; one line.</exception>
    public static WavWriter Create(string path, int sampleRate = 48_000, int channels = 1, bool isPrivate = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
            // Before the first sample; and /dev/null stays everybody's.
            if (isPrivate && !OperatingSystem.IsWindows() && !IsDevice(path)) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return new WavWriter(file, sampleRate, channels);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AudioDeviceException($"cannot write {path}: {Reason(e)}", e);
        }
    }

    private static bool IsDevice(string path) =>
        (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path)).StartsWith("/dev/", StringComparison.Ordinal);

    /// <summary>Appends samples (interleaved when there are two channels), then updates the sizes.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Append(ReadOnlySpan<short> samples)
    {
        var bytes = MemoryMarshal.AsBytes(samples);
        if (_dataBytes + bytes.Length > MaxDataBytes)
            return;
        RandomAccess.Write(_file, bytes, WavHeader.Size + _dataBytes);
        _dataBytes += bytes.Length;
        WriteHeader();
    }

    /// <inheritdoc/>
    void IBlockKeeper.Keep(ReadOnlySpan<short> block) => Append(block);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Reason(Exception e) => e switch
    {
        DirectoryNotFoundException => "there is no such folder",
        FileNotFoundException => "no file can be made there", // in /proc
        UnauthorizedAccessException => "it may not be written, or it is a folder",
        _ => e.Message.ReplaceLineEndings(" "),
    };

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[WavHeader.Size];
        WavHeader.Write(header, _sampleRate, _channels, (uint)_dataBytes);
        RandomAccess.Write(_file, header, 0);
    }
}
