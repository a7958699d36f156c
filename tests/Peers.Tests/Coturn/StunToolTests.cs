// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Peers.Tests.Harness;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Peers.Tests.Coturn;

/// <summary>coturn's own STUN client asks our responder.</summary>
public sealed class StunToolTests
{
    [Fact]
    public async Task ItsClientLearnsItsAddressFromUs()
    {
        Assert.SkipUnless(RunningProgram.Exists("turnutils_stunclient"), "coturn is not installed (apt-get install coturn)");
        using var responder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        responder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = Task.Run(() => Respond(responder), TestContext.Current.CancellationToken);
        await using var client = new RunningProgram("turnutils_stunclient", ["-p", $"{((IPEndPoint)responder.LocalEndPoint!).Port}", "-L", "127.0.0.1", "127.0.0.1"]);
        await client.SaysAsync("UDP reflexive addr: 127.0.0.1:");
        responder.Dispose();
        Assert.True(await serving > 0);
    }

    // Until its socket is closed.
    private static int Respond(Socket socket)
    {
        var (request, response) = (new byte[1500], new byte[128]);
        for (int answered = 0; ;)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int count = socket.ReceiveFrom(request, ref from);
                if (!StunResponder.TryRespond(request.AsSpan(0, count), TransportAddress.From((IPEndPoint)from), response, out int length))
                    continue;
                socket.SendTo(response.AsSpan(0, length), from);
                answered++;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return answered;
            }
        }
    }
}
