// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Streams;
using Earshot.Protocol;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Turn;
using Earshot.Protocol.Turn;
using Earshot.Tests.Shared;

namespace Earshot.Media.Tests.Transport.Streams;

/// <summary>TURN over TCP and TLS, to a scripted server.</summary>
public sealed class TurnStreamTests
{
    private static readonly TransportAddress Peer = new(0, 0xC0000201, 4000, false);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnAllocationCarriesDataBothWays(bool isTls)
    {
        using var certificate = new ServerCertificate("localhost");
        using var turn = new TurnServerDouble { UsesSha256 = isTls };
        using var server = new StreamServer((stream, _) => Serve(stream, turn), isTls ? certificate.Leaf : null);
        using var end = new Allocation(Uri(server, isTls), new TestRandom(3), [certificate.Root]);
        Assert.Equal(turn.Relayed, end.Allocate<TurnEvent.Allocated>().Relayed);
        end.Permit(Peer);
        end.Send(Peer, [1, 2, 3]);
        Assert.Equal((Peer, "010203"), Received(end));
        end.Bind(Peer);
        end.Send(Peer, [4, 5, 6, 7, 8]);
        Assert.Equal((Peer, "0405060708"), Received(end));
        end.Close();
        Assert.Null(server.Failure);
        Assert.Equal(0, end.Stream!.Unsent);
    }

    [Fact]
    public void AServerThatDiesInMidCallIsTold()
    {
        using var turn = new TurnServerDouble();
        using var server = new StreamServer((stream, _) => Serve(stream, turn));
        using var end = new Allocation(Uri(server, isTls: false), new TestRandom(3));
        end.Allocate<TurnEvent.Allocated>();
        server.Dispose();
        Assert.Equal(TurnEnd.Disconnected, end.Await<TurnEvent.Ended>().Cause);
    }

    [Fact]
    public void AServerThatIsNotThereIsTold()
    {
        var server = new StreamServer((stream, _) => stream.Dispose());
        var uri = Uri(server, isTls: false);
        server.Dispose();
        using var end = new Allocation(uri, new TestRandom(3));
        Assert.Equal(TurnEnd.Disconnected, end.Allocate<TurnEvent.Ended>().Cause);
    }

    [Fact]
    public async Task ANameLeadsToItsAddressesAndANonsenseNameNowhere()
    {
        Assert.True(StunServerUri.TryParse("turns:localhost:777", out var server, out _));
        var found = await ServerAddresses.FindAsync(server, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Contains(found, a => a.Port == 777 && a.Address.Equals(System.Net.IPAddress.Loopback));
        Assert.InRange(found.Count, 1, ServerAddresses.Maximum);
        Assert.Equal("localhost", StreamTarget.Of(server, found).TlsName);

        Assert.True(StunServerUri.TryParse("turn:no-such-host.invalid", out var nonsense, out _));
        Assert.Empty(await ServerAddresses.FindAsync(nonsense, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    private static StunServerUri Uri(StreamServer server, bool isTls)
    {
        string text = $"{(isTls ? "turns" : "turn")}:{TurnServerDouble.User}:{TurnServerDouble.Password}@localhost:{server.EndPoint.Port}?transport=tcp";
        Assert.True(StunServerUri.TryParse(text, out var uri, out string problem), problem);
        return uri;
    }

    private static (TransportAddress From, string Data) Received(Allocation end)
    {
        var (from, data) = end.Receive();
        return (from, Convert.ToHexString(data));
    }

    // What the peer is sent it sends back, over the channel as soon as there is one.
    private static void Serve(Stream stream, TurnServerDouble turn)
    {
        var framer = new StunStreamFramer();
        while (true)
        {
            var room = framer.Room();
            int count = stream.Read(room.Array!, room.Offset, room.Count);
            if (count == 0)
                return;
            framer.Advance(count);
            while (framer.TryTake(out var frame))
            {
                int before = turn.Relays.Count;
                if (turn.Handle(frame.ToArray()) is { } answer)
                    stream.Write(answer);
                if (turn.Relays.Count > before)
                    stream.Write(Back(turn, frame[0] >> 6 == 1, turn.Relays[^1].Data));
            }
        }
    }

    private static byte[] Back(TurnServerDouble turn, bool byChannel, byte[] data)
    {
        if (!byChannel)
            return TurnServerDouble.Indication(Peer, data);
        ushort channel = turn.Channels.Single().Key;
        return [(byte)(channel >> 8), (byte)channel, 0, (byte)data.Length, .. data, .. new byte[-data.Length & 3]];
    }
}
