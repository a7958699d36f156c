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
    private Action<string>? _stopped;
    private string? _failure;
    private int _told;

    /// <summary>Creates the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public PacketCapture(string path)
        : this(new PcapWriter(path))
    {
    }

    /// <summary>Captures to any disk.</summary>
    internal PacketCapture(PcapWriter writer)
    {
        _writer = writer;
        _thread = new Thread(Run) { IsBackground = true, Name = "earshot pcap" };
        _thread.Start();
    }

    /// <summary>Packets left out because the ring was full.</summary>
    public long Dropped => _ring.Dropped;

    /// <summary>Why writing ended early, e.g. a full disk; null while all is well.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    /// <summary>Told once why nothing more is captured, on the writer's thread or by <see cref="Dispose"/>; at once when it has stopped already.</summary>
    public Action<string>? Stopped
    {
        get => Volatile.Read(ref _stopped);
        set
        {
            Volatile.Write(ref _stopped, value);
            Interlocked.MemoryBarrier(); // the listener is seen before the failure is asked for, or the failure after it tells
            Tell();
        }
    }

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

    /// <summary>Writes what waits and closes the file. A disk that hangs is given two seconds, then its thread is left behind.</summary>
    public void Dispose()
    {
        _ending = true;
        if (!_thread.Join(TimeSpan.FromSeconds(2)))
            Fail("the disk does not answer; the end of the capture may be missing");
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
        catch (Exception e)
        {
            // A full disk, or whatever else: it ends the capture, not the call, and nothing above this thread would catch it.
            Fail(e.Message.ReplaceLineEndings(" "));
        }
    }

    private void Fail(string why)
    {
        Interlocked.CompareExchange(ref _failure, why, null);
        Tell();
    }

    private void Tell()
    {
        if (Failure is { } why && Stopped is { } listener && Interlocked.Exchange(ref _told, 1) == 0)
            listener(why);
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
