// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using Earshot.Media.Transport.Ice;

namespace Earshot.Media.Tests.Ice;

/// <summary>A name of multicast DNS is asked for on the link, and whoever has it answers.</summary>
public sealed class PeerNamesTests
{
    private static readonly IPAddress Group = new([224, 0, 0, 251]);

    [Fact]
    public async Task ANameOfTheLinkIsAnsweredByWhoeverHasIt()
    {
        string name = $"{Guid.NewGuid()}.local";
        using var responder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        responder.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        responder.Bind(new IPEndPoint(IPAddress.Any, 5353));
        try
        {
            responder.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(Group, IPAddress.Loopback));
        }
        catch (SocketException)
        {
            Assert.Skip("no multicast on this machine's loopback");
        }

        using var stop = new CancellationTokenSource();
        var answering = AnswerAsync(responder, name, stop.Token);
        var found = await PeerNames.FindAsync(name, new TestRandom(1), TimeSpan.FromSeconds(20));
        await stop.CancelAsync();
        await answering;

        Assert.Equal("192.0.2.44", found?.ToString());
    }

    [Fact]
    public async Task ANameThatNobodyHasIsGivenUp() =>
        Assert.Null(await PeerNames.FindAsync($"{Guid.NewGuid()}.local", new TestRandom(1), TimeSpan.FromMilliseconds(300)));

    [Fact]
    public async Task ANumericNameNeedsNobody() =>
        Assert.Equal("127.0.0.1", (await PeerNames.FindAsync("127.0.0.1", new TestRandom(1), TimeSpan.FromSeconds(20)))?.ToString());

    private static async Task AnswerAsync(Socket responder, string name, CancellationToken stop)
    {
        byte[] buffer = new byte[1500];
        try
        {
            while (true)
            {
                var question = await responder.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), stop);
                byte[] asked = buffer[..question.ReceivedBytes];
                if (asked.Length < 20 || asked[2] >> 7 != 0 || asked.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name.Split('.')[0])) < 0)
                    continue;
                int end = asked.AsSpan(12).IndexOf((byte)0) + 13;
                byte[] answer = [asked[0], asked[1], 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, .. asked[12..end], 0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 192, 0, 2, 44];
                await responder.SendToAsync(answer, SocketFlags.None, question.RemoteEndPoint, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }
}
