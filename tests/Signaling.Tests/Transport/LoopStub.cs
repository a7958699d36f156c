// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

/// <summary>Real sockets whose loop is the test's own thread, and no core: what comes is listed.</summary>
internal sealed class LoopStub : IAsyncDisposable
{
    private readonly Mailbox _mailbox = new();

    public LoopStub(string address = "127.0.0.1", SipTransport accepts = SipTransport.Tcp, TlsSettings? tls = null, params string[] origins)
    {
        Sockets = new SipSockets(
            ListenSockets.Bind(new IPEndPoint(IPAddress.Parse(address), 0), accepts), new Carriers(tls ?? new(), origins), _mailbox, null,
            (_, flow, cause) => Failures.Add((flow, cause)), (_, _, why) => Complaints.Add(why));
        Sockets.Start();
    }

    public SipSockets Sockets { get; }

    public List<(SipFlow Flow, string Text)> Received { get; } = [];

    public List<(SipFlow Flow, TransportFailure Cause)> Failures { get; } = [];

    public List<string> Complaints { get; } = [];

    public IPEndPoint EndPoint => Sockets.EndPoint;

    public SipFlow? FlowTo(IPEndPoint remote, SipTransport transport = SipTransport.Udp, string? host = null) =>
        Sockets.FlowsTo(MonotonicClock.Now, [new SipHop(transport, remote, host)]) is [var flow, ..] ? flow : null;

    public void Send(SipFlow flow, string message) => Sockets.Send(MonotonicClock.Now, flow, Encoding.UTF8.GetBytes(message));

    /// <summary>Runs the loop, and those of others, until something holds; the limit only ends a test that hangs.</summary>
    public void RunUntil(Func<bool> holds, params ReadOnlySpan<LoopStub> others)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), "nothing happened in 20 s");
            Turn(TimeSpan.FromMilliseconds(5));
            foreach (var other in others) other.Turn(TimeSpan.Zero);
        }
    }

    private void Turn(TimeSpan wait)
    {
        if (!_mailbox.TryTake(wait, out var letter)) return;
        if (letter.Run is { } run) run(MonotonicClock.Now);
        else if ((letter.Connection ?? Sockets.FlowFrom(MonotonicClock.Now, letter.Sender!)) is { } flow)
            Received.Add((flow, Encoding.UTF8.GetString(letter.Packet)));
        letter.Release();
    }

    /// <summary>A client that speaks bytes.</summary>
    public TcpClient Connect()
    {
        var client = new TcpClient(EndPoint.AddressFamily);
        client.Connect(EndPoint);
        return client;
    }

    /// <summary>Has the other side closed it?</summary>
    public static bool IsClosed(TcpClient client)
    {
        try
        {
            return client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(new byte[1], SocketFlags.Peek) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => Sockets.DisposeAsync();

    public static string Message(string body = "") => $"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
