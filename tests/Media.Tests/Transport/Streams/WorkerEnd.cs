// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>A <see cref="StreamPort"/> and a test in the worker's place: it looks when it is told, and never otherwise.</summary>
internal sealed class WorkerEnd : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly AutoResetEvent _told = new(false);
    private readonly Queue<byte[]> _received = [];

    public WorkerEnd(StreamTarget target, bool portable = false)
    {
        Port = new StreamPort(target, () => _told.Set(), portable);
        Port.Start();
    }

    public StreamPort Port { get; }

    public void Send(byte[] datagram) => Assert.True(Port.Send(MonotonicClock.Now, datagram));

    public byte[] Receive()
    {
        Until(() => _received.Count > 0, "a datagram");
        return _received.Dequeue();
    }

    public void Await(StreamState state) => Until(() => Port.State == state, $"{state}");

    public void Dispose() => Port.Dispose();

    private void Until(Func<bool> condition, string what)
    {
        Drain();
        while (!condition())
        {
            Assert.True(_told.WaitOne(Patience), $"{what} never came: {Port.State} {Port.End}");
            Drain();
        }
    }

    private void Drain()
    {
        while (Port.TryPeek(out var datagram, out _))
        {
            _received.Enqueue(datagram.ToArray());
            Port.Release();
        }
    }
}
