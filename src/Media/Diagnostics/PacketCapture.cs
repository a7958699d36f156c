// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport;
using Earshot.Protocol;

namespace Earshot.Media.Diagnostics;

/// <summary>Writes packets as they are on the wire to a pcap file. Real-time threads only push to a bounded ring; an ordinary thread writes.</summary>
/// <remarks>
/// <code>
///   worker, signalling ──Push──► ring of slots ──[writer, every 50 ms]──► file
/// </code>
/// Thread: <see cref="Push(Instant, in PeerAddress, in PeerAddress, ReadOnlySpan{byte})"/> any, real-time; the file belongs to the writer.
/// </remarks>
internal sealed class PacketCapture : IDisposable
{
    private readonly PacketCaptureRing _ring = new(1024);
    private readonly PcapWriter _writer;
    private readonly Thread _thread;
    private volatile bool _ending;

    /// <summary>Creates the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public PacketCapture(string path)
    {
        Path = path;
        _writer = new PcapWriter(path);
        _thread = new Thread(Run) { IsBackground = true, Name = "earshot pcap" };
        _thread.Start();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Packets left out because the ring was full.</summary>
    public long Dropped => _ring.Dropped;

    /// <summary>Why writing ended early, e.g. a full disk; null while all is well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Takes a copy of one packet, e.g. a SIP message.</summary>
    /// <param name="at">When it was on the wire, on the monotonic line.</param>
    /// <param name="source">From.</param>
    /// <param name="destination">To.</param>
    /// <param name="payload">The datagram's content.</param>
    public void Push(Instant at, IPEndPoint source, IPEndPoint destination, ReadOnlySpan<byte> payload) =>
        Push(at, PeerAddress.From(source), PeerAddress.From(destination), payload);

    /// <summary>Takes a copy of one packet. Real-time for packets up to 2048 bytes.</summary>
    public void Push(Instant at, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> payload) =>
        _ring.Push(at, in source, in destination, payload);

    /// <summary>Writes what waits and closes the file.</summary>
    public void Dispose()
    {
        _ending = true;
        _thread.Join(TimeSpan.FromSeconds(2));
    }

    private void Run()
    {
        try
        {
            using (_writer)
            {
                while (!_ending)
                {
                    WriteWaiting();
                    Thread.Sleep(50);
                }

                WriteWaiting();
            }
        }
        catch (IOException e)
        {
            Failure = $"{Path}: {e.Message}";
        }
    }

    private void WriteWaiting()
    {
        while (_ring.TryPeek(out var packet))
        {
            _writer.Write(packet);
            _ring.Release();
        }

        _writer.Flush();
    }
}
