// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;

namespace Earshot.Media.Transport.Ice;

/// <summary>Our active TCP candidates on one address (RFC 6544): a connection for each passive candidate of the peer's, opened by the first check that goes there.</summary>
/// <remarks>
/// Thread: worker. A connection is made in the middle of a set-up, by one that waits for no packet yet, and started on another thread; afterwards real-time.
/// </remarks>
internal sealed class TcpActiveBase : IIceBase
{
    /// <summary>The port that an active candidate shows (RFC 6544 §4.5).</summary>
    public const ushort DiscardPort = 9;

    // The peer names as many addresses as it likes; each costs two threads while it is tried.
    private const int Maximum = 8;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    private readonly List<(TransportAddress Remote, StreamPort Port)> _connections = new(Maximum);
    private readonly IPAddress _address;
    private readonly Action _tell;
    private readonly bool _portable;
    private int _held = -1;
    private int _opened;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="address">The address of ours that connections leave from.</param>
    /// <param name="tell">Has the worker look; called on other threads.</param>
    /// <param name="portable">Waits by the portable path even where a faster one exists.</param>
    public TcpActiveBase(IPAddress address, Action tell, bool portable = false)
    {
        (_address, _tell, _portable) = (address, tell, portable);
        Origin = TransportAddress.From(address, DiscardPort);
    }

    /// <inheritdoc/>
    public TransportAddress Origin { get; }

    /// <summary>Connections there are, open or under way.</summary>
    public int Connections => _connections.Count;

    /// <summary>Opens the connection.</summary>
    public void Prepare(Instant now, in TransportAddress remote)
    {
        if (Find(remote) < 0)
            Open(remote);
    }

    /// <inheritdoc/>
    public void Choose(Instant now, in TransportAddress remote)
    {
    }

    /// <summary>Sends to a remote that it was prepared for.</summary>
    /// <returns>False when it will never leave.</returns>
    public bool Send(ReadOnlySpan<byte> datagram, in PeerAddress to) => Find(to.ToTransport()) is >= 0 and var at && _connections[at].Port.Send(datagram, to);

    /// <inheritdoc/>
    public bool TryReceive(Instant now, out Span<byte> packet, out PeerAddress remote, out Instant arrival)
    {
        if (_held >= 0)
            _connections[_held].Port.Release();
        for (_held = _connections.Count - 1; _held >= 0; _held--)
        {
            if (!_connections[_held].Port.TryPeek(out packet, out arrival))
                continue;
            remote = PeerAddress.From(_connections[_held].Remote);
            return true;
        }

        packet = default;
        (remote, arrival) = (default, now);
        return false;
    }

    /// <inheritdoc/>
    public bool TryTakeFailure(out TransportAddress remote)
    {
        for (int i = _connections.Count - 1; i >= 0; i--)
        {
            if (_connections[i].Port.State != StreamState.Closed || _held >= 0)
                continue;
            remote = _connections[i].Remote;
            _connections[i].Port.Close();
            _connections.RemoveAt(i);
            return true;
        }

        remote = default;
        return false;
    }

    /// <summary>Ends all connections once what waits is sent.</summary>
    public void Close()
    {
        foreach (var (_, port) in _connections)
            port.Close();
        _connections.Clear();
        _held = -1;
        _opened = Maximum;
    }

    private int Find(in TransportAddress remote)
    {
        for (int i = 0; i < _connections.Count; i++)
        {
            if (_connections[i].Remote == remote)
                return i;
        }

        return -1;
    }

    // One that failed is not tried again: ICE's pair has failed with it.
    private void Open(in TransportAddress remote)
    {
        if (_opened >= Maximum)
            return;
        _opened++;
        try
        {
            var starter = StreamStarter.Shared;
            var port = new StreamPort(
                new() { Addresses = [remote.ToEndPoint()], Framing = StreamFraming.LengthPrefix, From = _address, TimeLimit = TimeLimit }, _tell, _portable);
            _connections.Add((remote, port));
            starter.Start(port);
        }
        catch (MediaTransportException)
        {
            // No more descriptors: the check that was to go there is lost, and its pair fails.
        }
    }
}
