// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport.Streams;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>Datagrams over connections, to servers that mean well and to others. A test's own thread is the worker.</summary>
public sealed class StreamPortTests
{
    private static readonly byte[] Channel = [0x40, 0, 0, 4, 1, 2, 3, 4];

    // What begins like a request of STUN's waits for the connection however long a busy machine takes; voice is dropped.
    private static byte[] Question(int length) => [0, 1, .. Enumerable.Range(2, length - 2).Select(i => (byte)i)];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void DatagramsGoBothWays(bool isTls, bool portable)
    {
        using var certificate = new ServerCertificate("localhost");
        using var server = new StreamServer(Echo, isTls ? certificate.Leaf : null);
        using var end = new WorkerEnd(Target(server) with { TlsName = isTls ? "localhost" : null, Roots = [certificate.Root], Framing = StreamFraming.LengthPrefix }, portable);
        end.Send(Question(20));
        end.Send(Question(24));
        Assert.Equal(Question(20), end.Receive());
        Assert.Equal(Question(24), end.Receive());
        end.Send(Question(2048));
        Assert.Equal(Question(2048), end.Receive());
        Assert.Equal((3, 3, 0, 0), (end.Port.Sent, end.Port.Received, end.Port.Unsent, end.Port.Overrun));
        Assert.Equal(server.EndPoint, end.Port.Remote.ToEndPoint());
        Assert.Equal(IPAddress.Loopback, end.Port.Local.ToIPAddress());
    }

    [Fact]
    public void TheConnectionLeavesFromTheAddressThatWasAskedFor()
    {
        using var server = new StreamServer(Echo);
        using var end = new WorkerEnd(Target(server) with { From = IPAddress.Parse("127.0.0.9") });
        end.Await(StreamState.Open);
        Assert.Equal("127.0.0.9", end.Port.Local.ToIPAddress().ToString());
    }

    [Fact]
    public void AnotherAddressIsTriedWhenTheFirstRefuses()
    {
        using var server = new StreamServer(Echo);
        using var end = new WorkerEnd(Target(server) with { Addresses = [new(IPAddress.Loopback, FreePort()), new(IPAddress.IPv6Loopback, FreePort()), server.EndPoint] });
        end.Await(StreamState.Open);
        Assert.Equal(server.EndPoint, end.Port.Remote.ToEndPoint());
    }

    [Fact]
    public void AServerThatIsNotThereIsTold()
    {
        using var end = new WorkerEnd(new() { Addresses = [new(IPAddress.Loopback, FreePort())], Framing = StreamFraming.Stun });
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Unreachable, end.Port.End!.Cause);
        Assert.False(end.Port.Send(MonotonicClock.Now, Channel));
    }

    [Theory]
    [InlineData("other.example", 5, "not for localhost")]
    [InlineData("localhost", -1, "expired")]
    public void AServerWithAnothersCertificateIsNotBelieved(string name, int validDays, string said)
    {
        using var certificate = new ServerCertificate(name, validDays);
        using var server = new StreamServer(Echo, certificate.Leaf);
        using var end = new WorkerEnd(Target(server) with { TlsName = "localhost", Roots = [certificate.Root] });
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Untrusted, end.Port.End!.Cause);
        Assert.Contains(said, end.Port.End.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AServerWhoseRootIsUnknownIsNotBelieved()
    {
        using var certificate = new ServerCertificate("localhost");
        using var server = new StreamServer(Echo, certificate.Leaf);
        using var end = new WorkerEnd(Target(server) with { TlsName = "localhost" });
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Untrusted, end.Port.End!.Cause);
        Assert.Contains("nobody known has signed it", end.Port.End.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACertificateForTheAddressWillDo()
    {
        using var certificate = new ServerCertificate("127.0.0.1");
        using var server = new StreamServer(Echo, certificate.Leaf);
        using var end = new WorkerEnd(Target(server) with { TlsName = "127.0.0.1", Roots = [certificate.Root] });
        end.Await(StreamState.Open);
    }

    [Fact]
    public void AServerThatNeverShakesHandsIsGivenUp()
    {
        using var server = new StreamServer((stream, _) => Endless(stream));
        using var end = new WorkerEnd(Target(server) with { TlsName = "localhost", TimeLimit = TimeSpan.FromMilliseconds(300) });
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.TimedOut, end.Port.End!.Cause);
    }

    [Fact]
    public void AServerThatSpeaksNoTlsIsNotBelieved()
    {
        using var server = new StreamServer((stream, _) => stream.Write("HTTP/1.1 400 Bad Request\r\n\r\n"u8));
        using var end = new WorkerEnd(Target(server) with { TlsName = "localhost" });
        end.Await(StreamState.Closed);
        Assert.Contains(end.Port.End!.Cause, (StreamEndCause[])[StreamEndCause.Untrusted, StreamEndCause.Unreachable]);
    }

    [Fact]
    public void AnAddressThatDoesNotAnswerIsGivenUpAndTheNextOneTried()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var second = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var full = (IPEndPoint)silent.LocalEndPoint!;
        first.Connect(full);
        second.Blocking = false;
        try
        {
            second.Connect(full); // the queue is full from here on: nobody answers a SYN
        }
        catch (SocketException)
        {
        }

        using var server = new StreamServer(Echo);
        using var end = new WorkerEnd(Target(server) with { Addresses = [full, server.EndPoint], TimeLimit = TimeSpan.FromSeconds(4) });
        end.Await(StreamState.Open);
        Assert.Equal(server.EndPoint, end.Port.Remote.ToEndPoint());
    }

    [Fact]
    public void AServerThatClosesIsTold()
    {
        using var server = new StreamServer((stream, _) => stream.Dispose());
        using var end = new WorkerEnd(Target(server));
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.ClosedByPeer, end.Port.End!.Cause);
    }

    [Fact]
    public void AServerThatResetsIsTold()
    {
        using var server = new StreamServer((_, socket) => socket.Close(0));
        using var end = new WorkerEnd(Target(server));
        end.Await(StreamState.Closed);
        Assert.Contains(end.Port.End!.Cause, (StreamEndCause[])[StreamEndCause.Broken, StreamEndCause.ClosedByPeer]);
    }

    [Theory]
    [InlineData("80000000")]
    [InlineData("47ffffff")]
    [InlineData("00010003")]
    public void AStreamThatIsOutOfStepIsClosed(string bytes)
    {
        using var server = new StreamServer((stream, _) =>
        {
            stream.Write(Channel);
            stream.Write(Convert.FromHexString(bytes));
            Endless(stream);
        });
        using var end = new WorkerEnd(Target(server));
        Assert.Equal(Channel, end.Receive());
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Malformed, end.Port.End!.Cause);
    }

    [Fact]
    public void AServerThatFloodsIsCutOff()
    {
        using var server = new StreamServer((stream, _) =>
        {
            var frames = Enumerable.Repeat(Channel, 4096).SelectMany(f => f).ToArray();
            while (true)
                stream.Write(frames);
        });
        using var end = new WorkerEnd(Target(server));
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Flooded, end.Port.End!.Cause);
        Assert.True(end.Port.Overrun > 0);
    }

    [Fact]
    public void WhatWaitsIsSentBeforeTheGoodbye()
    {
        byte[]? last = null;
        using var done = new ManualResetEventSlim();
        using var server = new StreamServer((stream, _) =>
        {
            var all = new MemoryStream();
            stream.CopyTo(all);
            last = all.ToArray();
            done.Set();
        });
        using var end = new WorkerEnd(Target(server));
        end.Await(StreamState.Open);
        end.Send(Channel);
        end.Port.Close();
        Assert.True(done.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(Channel, last);
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Closed, end.Port.End!.Cause);
    }

    [Fact]
    public void AConnectionThatStalledGoesOnWithThePresent()
    {
        using var read = new ManualResetEventSlim();
        var heard = new List<byte[]>();
        using var server = new StreamServer(
            (stream, _) =>
            {
                read.Wait();
                var frame = new byte[1004];
                while (true)
                {
                    stream.ReadExactly(frame);
                    lock (heard)
                        heard.Add([.. frame]);
                }
            },
            receiveBuffer: 4096);
        using var end = new WorkerEnd(Target(server));
        end.Await(StreamState.Open);
        var media = new byte[1004];
        (media[0], media[2], media[3]) = (0x40, 1000 >> 8, 1000 & 0xff);
        for (int i = 0; i < 100_000 && end.Port.Unsent == 0; i++)
        {
            end.Port.Send(MonotonicClock.Now, media);
            if (i > 200)
                Thread.Sleep(1);
        }

        Assert.True(end.Port.Unsent > 0, "it never stalled");
        Thread.Sleep(StreamOutbox.MaximumAge + TimeSpan.FromMilliseconds(100));
        media[10] = 77;
        read.Set();
        long sent = end.Port.Sent;
        for (int i = 0; i < 2000 && !Heard(); i++)
        {
            end.Port.Send(MonotonicClock.Now, media);
            Thread.Sleep(5);
        }

        Assert.True(Heard(), $"{end.Port.State} {end.Port.End}");
        // What the kernel held is heard late; of what waited here nothing is.
        lock (heard)
            Assert.InRange(heard.FindIndex(f => f[10] == 77), 1, (int)sent);

        bool Heard()
        {
            lock (heard)
                return heard.Exists(f => f[10] == 77);
        }
    }

    [Fact]
    public void TheWorkersHalfDoesNotAllocate()
    {
        using var server = new StreamServer(Echo);
        using var end = new WorkerEnd(Target(server) with { Framing = StreamFraming.LengthPrefix });
        end.Await(StreamState.Open);
        var datagram = new byte[172];
        datagram[0] = 0x80;
        int echoes = 0;
        SteadyState.AllocatesNothing(300, Once);
        Assert.True(echoes > 100, $"{echoes} echoes");

        void Once()
        {
            end.Port.Send(MonotonicClock.Now, datagram);
            int heard = echoes;
            for (int i = 0; i < 1000 && echoes == heard; i++)
            {
                Thread.Sleep(0);
                while (end.Port.TryPeek(out var echo, out _))
                {
                    echoes += echo.Length == datagram.Length ? 1 : 0;
                    end.Port.Release();
                }
            }
        }
    }

    [Fact]
    public void ItEndsAtOnceWhileItConnects()
    {
        using var server = new StreamServer((stream, _) => Endless(stream));
        using var end = new WorkerEnd(Target(server) with { TlsName = "localhost", TimeLimit = TimeSpan.FromHours(1) });
        var watch = Stopwatch.StartNew();
        end.Port.Close();
        end.Await(StreamState.Closed);
        Assert.Equal(StreamEndCause.Closed, end.Port.End!.Cause);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1));
    }

    private static StreamTarget Target(StreamServer server) => new() { Addresses = [server.EndPoint], Framing = StreamFraming.Stun };

    private static void Echo(Stream stream, Socket socket) => stream.CopyTo(stream);

    private static void Endless(Stream stream)
    {
        while (stream.Read(new byte[100]) > 0)
        {
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
