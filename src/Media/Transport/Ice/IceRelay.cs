// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Turn;

namespace Earshot.Media.Transport.Ice;

/// <summary>A relay on a TURN server as a way out: wraps what leaves, unwraps what comes.</summary>
/// <remarks>
/// <code>
///   Send(datagram, peer) ─► copied behind room for a header ─► TurnClient.TryWrap ─► path ─► server ─► peer
/// </code>
/// Thread: worker. Real-time: packets allocate nothing; the first one for a peer asks for its permission, which does.
/// </remarks>
/// <param name="options">The account.</param>
/// <param name="random">The system's generator in a phone.</param>
/// <param name="server">Where the server is; none where the path leads nowhere else.</param>
/// <param name="path">Leads to the server: a socket, or a connection.</param>
internal sealed class IceRelay(TurnOptions options, IRandomSource random, PeerAddress server, IDatagramSender path) : IDatagramSender, IDisposable
{
    private readonly byte[] _buffer = new byte[TurnData.Headroom + UdpPort.MaximumDatagram + TurnData.Tailroom];
    private PeerAddress _bound;

    /// <summary>The allocation.</summary>
    public TurnClient Client { get; } = new(options, random);

    /// <summary>Where the server is.</summary>
    public PeerAddress Server => server;

    /// <summary>It stands, or never will.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Lets a peer's packets through; before the first check goes there.</summary>
    public void Permit(Instant now, in TransportAddress peer) => Client.CreatePermission(now, peer);

    /// <summary>Makes the way to a peer short: four bytes a packet.</summary>
    public void Bind(Instant now, in TransportAddress peer)
    {
        var address = PeerAddress.From(peer);
        if (_bound == address)
            return;
        _bound = address;
        Client.BindChannel(now, peer);
    }

    /// <inheritdoc/>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to)
    {
        if (datagram.Length > UdpPort.MaximumDatagram)
            return false;
        datagram.CopyTo(_buffer.AsSpan(TurnData.Headroom));
        return Client.TryWrap(to.ToTransport(), _buffer, TurnData.Headroom, datagram.Length, out int start, out int total)
            && path.Send(_buffer.AsSpan(start, total), server);
    }

    /// <summary>Sends what the client has to say to its server.</summary>
    public void Transmit(Span<byte> buffer)
    {
        while (Client.PollTransmit(buffer, out int length))
            path.Send(buffer[..length], server);
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}
