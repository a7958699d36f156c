// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;

namespace Earshot.Peers.Tests.OpenSsl;

/// <summary>Our end of one association on a real socket: what a media worker does, without media.</summary>
internal sealed class DtlsEnd : IDatagramSender, IDisposable
{
    private readonly DtlsExecutor _executor = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly DtlsLink _link;
    private readonly Thread _worker;
    private volatile bool _ending;

    public DtlsEnd(DtlsTerms terms, int peerPort)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _link = new DtlsLink(this);
        _link.Guard.UseSignalled(PeerAddress.From(IPAddress.Loopback, peerPort));
        Session = new DtlsSession(_executor, terms, static () => { }, static _ => { });
        _link.Use(Session);
        _worker = new Thread(Work) { IsBackground = true };
        _worker.Start();
    }

    public DtlsSession Session { get; }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Key material as RFC 5764 §4.2 orders it, in hexadecimal.</summary>
    public string Exported
    {
        get
        {
            var keys = Session.Keys!;
            var (client, server) = Session.Terms.IsClient ? (keys.Local, keys.Remote) : (keys.Remote, keys.Local);
            return Convert.ToHexString([.. client.Key, .. server.Key, .. client.Salt, .. server.Salt]);
        }
    }

    public async Task EndsInAsync(DtlsState state)
    {
        for (int i = 0; i < 2000 && Session.State != state && Session.State != DtlsState.Ended; i++)
            await Task.Delay(10);
        Assert.True(Session.State == state, $"{Session.State} {Session.Outcome} {Session.Outcome?.Defect}");
    }

    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => _socket.SendTo(datagram, to.ToEndPoint()) == datagram.Length;

    public void Dispose()
    {
        Session.Dispose();
        _executor.Dispose();
        _ending = true;
        _worker.Join();
        _socket.Dispose();
    }

    private void Work()
    {
        byte[] buffer = new byte[2048];
        while (!_ending)
        {
            _link.Transmit();
            if (!_socket.Poll(2_000, SelectMode.SelectRead))
                continue;
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            try
            {
                int length = _socket.ReceiveFrom(buffer, ref from);
                if (PacketKinds.Classify(buffer.AsSpan(0, length)) == PacketKind.Dtls)
                    _link.HandleDatagram(PeerAddress.From((IPEndPoint)from), buffer.AsSpan(0, length));
            }
            catch (SocketException)
            {
                // The peer's port is closed: it has not begun, or has ended.
            }
        }
    }
}
