// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using System.Text;

namespace Earshot.Tests.BadInput;

/// <summary>Whatever strangers send, the phone stays up, its memory stays bounded, and the running call goes on.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class BadInputTests
{
    private const int Datagrams = 3000;
    private const byte OpusPayloadType = 111;
    private const long MemoryBound = 48L << 20;

    [Theory]
    [InlineData(MediaSecurityMethod.Sdes)]
    [InlineData(MediaSecurityMethod.None)]
    public async Task DatagramsOfStrangersLeaveARunningCallAlone(MediaSecurityMethod security)
    {
        await using var call = await RunningCall.StartAsync(security);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var before = call.Heard();
        using var stranger = new UdpClient("127.0.0.1", call.SipAt.Port);
        using var intruder = new UdpClient("127.0.0.1", call.MediaAt.Port);
        var bad = new BadMessages(FuzzSeed.Or(3261));
        var ssrc = call.AtCaller.Media!.Session!.Ssrc!.Value;
        for (var i = 0; i < Datagrams; i++)
        {
            Send(stranger, i % 4 == 0 ? bad.Noise(1500) : bad.Mutated());
            Send(intruder, (i % 4) switch
            {
                0 => bad.Noise(300),
                1 => bad.Rtp((uint)i, (byte)(i % 128)),
                2 => bad.Rtp(ssrc, 0),
                _ => bad.Rtp(ssrc, OpusPayloadType),
            });
            if (i % 25 == 0) await Task.Delay(5);
        }

        TruncatedOffers(stranger);
        await call.HearAsync(100);
        var after = call.Heard();
        var samples = (after.Packets - before.Packets) * 960;
        // The call is played on real clocks: a busy machine makes some up by itself, a call that strangers break hears nothing else.
        Assert.True(after.Concealed - before.Concealed <= samples / 2, $"{after.Concealed - before.Concealed} of {samples} samples were made up");
        var refused = call.AtVictim.GetStatistics()!.StrangerPackets; // no pair of ICE's, so that no key is tried on them
        Assert.InRange(refused, Datagrams / 8, Datagrams);
        if (security == MediaSecurityMethod.None) Assert.True(call.Others > 0, "no stranger's call ever rang: nothing came through");
        Assert.False(call.AtVictim.Ended.IsCompleted);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, MemoryBound);
        await EndsWellAsync(call);
    }

    [Fact]
    public async Task ConnectionsOfStrangersLeaveARunningCallAlone()
    {
        await using var call = await RunningCall.StartAsync(MediaSecurityMethod.Sdes);
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        var before = call.Heard();

        // Nothing but the first words of a request, byte by byte, on many connections.
        var slow = new List<TcpClient>();
        var invite = BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", 1, BadMessages.Sdp, transport: "TCP");
        for (var i = 0; i < 40; i++) slow.Add(await ConnectAsync(call));
        for (var at = 0; at < 20; at++)
        {
            foreach (var client in slow) Send(client, invite.AsSpan(at, 1));
            await Task.Delay(2);
        }

        await FloodAsync(call, BadMessages.Message("OPTIONS sip:bob@127.0.0.1 SIP/2.0", 2, "", "X: " + new string('x', 64 * 1024) + "\r\n", "TCP"));
        await FloodAsync(call, BadMessages.Message("OPTIONS sip:bob@127.0.0.1 SIP/2.0", 3, "", string.Concat(Enumerable.Repeat("X: y\r\n", 10_000)), "TCP"));
        await FloodAsync(call, BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", 4, BadMessages.Sdp + string.Concat(Enumerable.Repeat("a=x\r\n", 10_000)), "", "TCP"));
        await FloodAsync(call, [.. Encoding.ASCII.GetBytes("INVITE sip:bob@127.0.0.1 SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n"), .. new byte[200_000]]);
        var bad = new BadMessages(FuzzSeed.Or(7118));
        for (var i = 0; i < 30; i++) await FloodAsync(call, [.. bad.Mutated(), .. bad.Noise(2000)]);

        // The phone still answers on a connection while the slow ones hang on.
        using var good = await ConnectAsync(call);
        Send(good, BadMessages.Message("OPTIONS sip:bob@127.0.0.1 SIP/2.0", 5, "", transport: "TCP"));
        var answer = new byte[2048];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.StartsWith("SIP/2.0 200", Encoding.ASCII.GetString(answer, 0, await good.GetStream().ReadAsync(answer, limit.Token)), StringComparison.Ordinal);

        await call.HearAsync(50);
        var after = call.Heard();
        Assert.InRange(after.Concealed - before.Concealed, 0, (after.Packets - before.Packets) * 960 / 5);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - memory, long.MinValue, MemoryBound);
        slow.ForEach(s => s.Dispose());
        await EndsWellAsync(call);
    }

    [Theory]
    [InlineData("RIFF")]
    [InlineData("RIFFxxxxWAVEfmt \u0010\0\0\0\u0055\0\u0002\0\u0044¬\0\0\0\0\0\0\u0001\0\0\0data\0\0\0\0")] // MP3 in WAV
    [InlineData("ID3 no sound at all")]
    [InlineData("")]
    public async Task AFileThatIsNoWavIsRefusedInOneLine(string content)
    {
        var file = Path.Combine(Path.GetTempPath(), $"earshot-{Guid.NewGuid():N}.wav");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(content));
        try
        {
            await using var phone = await Phone.StartAsync(new PhoneOptions { Listen = new(System.Net.IPAddress.Loopback, 0), Microphone = "file:" + file, Speaker = "null" });
            var wrong = Assert.Throws<Audio.Devices.AudioDeviceException>(phone.OpenSound);
            Assert.DoesNotContain('\n', wrong.Message);
            Assert.Contains(Path.GetFileName(file), wrong.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task EndsWellAsync(RunningCall call)
    {
        Assert.Equal(CallEndReason.HungUp, await call.CallAgainAsync());
        call.AtCaller.HangUp();
        var end = await call.AtVictim.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(CallEndReason.RemoteHungUp, end.End.Reason);
    }

    // Descriptions cut at every third byte, in INVITEs whose Content-Length says so.
    private static void TruncatedOffers(UdpClient stranger)
    {
        for (var length = 0; length < BadMessages.Sdp.Length; length += 3)
            Send(stranger, BadMessages.Message("INVITE sip:bob@127.0.0.1 SIP/2.0", 1_000_000 + length, BadMessages.Sdp[..length]));
    }

    private static async Task<TcpClient> ConnectAsync(RunningCall call)
    {
        var client = new TcpClient();
        await client.ConnectAsync(call.SipAt);
        return client;
    }

    private static async Task FloodAsync(RunningCall call, byte[] bytes)
    {
        using var client = await ConnectAsync(call);
        Send(client, bytes);
        await Task.Delay(5);
    }

    // The other side may have closed already, or refuse: that is its right.
    private static void Send(TcpClient to, ReadOnlySpan<byte> bytes)
    {
        try
        {
            to.GetStream().Write(bytes);
        }
        catch (IOException)
        {
        }
    }

    private static void Send(UdpClient to, byte[] bytes)
    {
        try
        {
            to.Send(bytes, bytes.Length);
        }
        catch (SocketException)
        {
        }
    }
}
