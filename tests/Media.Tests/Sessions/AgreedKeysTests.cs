// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>A call whose keys come by DTLS, on paper: what the worker does before, at and after the moment in which they come.</summary>
public class AgreedKeysTests
{
    [Fact]
    public void BeforeTheKeysNothingLeavesAndNothingIsHeard()
    {
        var (a, b) = Pair();
        for (int i = 0; i < 500; i++)
        {
            a.Speak(At(i * 20));
            a.Media.HandleTimeout(At(i * 20));
        }

        Assert.Empty(a.Take()); // no RTCP, either
        b.Media.HandleDatagram(At(1), At(1), PaperPhone.AddressA, Clear(1));
        b.Media.HandleDatagram(At(2), At(2), PaperPhone.AddressA, ClearReport());
        Assert.Equal((0, 0, 2), (b.DrainPlayback(), b.Media.Receive.SecurityRefusals, b.Media.Receive.OtherDatagrams));
        Assert.Null(b.Media.Latching.Ssrc);
        Assert.Empty(b.Events);
    }

    [Fact]
    public void WithTheKeysMediaFlowsAndClearPacketsAreRefused()
    {
        var (a, b) = Pair();
        Key(a, b, epoch: 1, At(100));
        Assert.Equal([MediaEventKind.KeysAgreed], b.Events.Select(e => e.Kind));
        Carry(a, b, 120);
        Assert.Equal(1, b.DrainPlayback());
        b.Media.HandleDatagram(At(140), At(140), PaperPhone.AddressA, Clear(99));
        Assert.Equal((0, 1), (b.DrainPlayback(), b.Media.Receive.SecurityRefusals));
    }

    [Fact]
    public void ASilentPeerIsNewsOnlyOnceThereAreKeys()
    {
        var (a, b) = Pair();
        b.Media.HandleTimeout(At(60_000));
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        Key(a, b, epoch: 1, At(60_000));
        b.Media.HandleTimeout(At(69_000));
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        b.Media.HandleTimeout(At(70_001));
        Assert.Contains(b.Events, e => e.Kind == MediaEventKind.Silence);
    }

    [Theory]
    [InlineData(1_900, 1)]
    [InlineData(2_100, 0)]
    public void KeysThatWereReplacedReceiveForTwoSecondsMore(int late, int heard)
    {
        var (a, b) = Pair();
        Key(a, b, epoch: 1, At(0));
        a.Speak(At(10));
        var onItsWay = a.Take().Single().Bytes;
        uint before = a.Media.Send.Ssrc;
        Key(a, b, epoch: 2, At(20));
        Assert.NotEqual(before, a.Media.Send.Ssrc); // another source: its rollover counter is 0 by every standard
        b.Media.HandleDatagram(At(20 + late), At(20 + late), PaperPhone.AddressA, onItsWay);
        Assert.Equal(heard, b.DrainPlayback());
        Carry(a, b, 2_200);
        Carry(a, b, 2_220); // a source counts with its second packet
        Assert.InRange(b.DrainPlayback(), 1, 2);
    }

    [Fact]
    public void KeysOfAnOlderAssociationChangeNothing()
    {
        var (a, b) = Pair();
        Key(a, b, epoch: 2, At(0));
        b.Media.UseKeys(At(10), Contexts(1, send: 90, receive: 91));
        Carry(a, b, 20);
        Assert.Equal(1, b.DrainPlayback());
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.KeysAgreed);
    }

    [Fact]
    public void RtcpThatIsNotMultiplexedIsLeftOut()
    {
        var (a, b) = Pair(mux: false);
        Key(a, b, epoch: 1, At(0));
        for (int i = 0; i < 2000; i++)
        {
            a.Speak(At(i * 20));
            a.Media.HandleTimeout(At(i * 20));
        }

        Assert.All(a.Take(), sent => Assert.True(sent.Bytes[1] is < 192 or > 223));
        b.Media.HandleDatagram(At(5), At(5), PaperPhone.AddressA, ClearReport());
        Assert.Equal((0, 1), (b.Media.Receive.SecurityRefusals, b.Media.Receive.OtherDatagrams));
    }

    [Fact]
    public void NeitherSendingNorReceivingAllocates()
    {
        var (a, b) = Pair();
        Key(a, b, epoch: 1, At(0));
        a.OnlyCount = true;
        var buffer = new byte[2048];
        SteadyState.AllocatesNothing(2000, Once);
        Assert.True(b.Media.Receive.Packets > 1000);

        void Once(int turn)
        {
            a.Speak(At(turn * 20));
            a.Last.AsSpan(0, a.LastLength).CopyTo(buffer);
            b.Media.HandleDatagram(At(turn * 20), At(turn * 20), PaperPhone.AddressA, buffer.AsSpan(0, a.LastLength));
            b.DrainPlayback();
        }
    }

    [Fact]
    public void AfterTheEndKeysAreFreedAndNothingLeaves()
    {
        var (a, b) = Pair();
        Key(a, b, epoch: 1, At(0));
        a.Media.Close(At(10));
        a.Take();
        a.Media.UseKeys(At(20), Contexts(2, 5, 6));
        a.Media.HandleKeysFailed(At(20));
        a.Media.TransmitDtls();
        a.Speak(At(30));
        Assert.Empty(a.Take());
        Assert.Single(a.Events, e => e.Kind == MediaEventKind.KeysAgreed);
    }

    private static (PaperPhone A, PaperPhone B) Pair(bool mux = true)
    {
        var a = new PaperPhone(PaperPhone.AddressA, PaperPhone.AddressB, null, null, 1, byDtls: true);
        var b = new PaperPhone(PaperPhone.AddressB, PaperPhone.AddressA, null, null, 2, byDtls: true);
        foreach (var phone in new[] { a, b })
        {
            phone.Media.Apply(At(0), phone.Plan with { Transport = phone.Plan.Transport with { RtcpMux = mux } });
            phone.Media.Start(At(0));
        }

        return (a, b);
    }

    private static void Key(PaperPhone a, PaperPhone b, int epoch, Instant at)
    {
        a.Media.UseKeys(at, Contexts(epoch, epoch * 10, (epoch * 10) + 1));
        b.Media.UseKeys(at, Contexts(epoch, (epoch * 10) + 1, epoch * 10));
    }

    private static DtlsContexts Contexts(int epoch, int send, int receive) =>
        new(epoch, SrtpContext.ForSending(PaperKeys.Key(send)), SrtpContext.ForReceiving(PaperKeys.Key(receive)));

    private static void Carry(PaperPhone from, PaperPhone to, double ms)
    {
        from.Speak(At(ms));
        foreach (var (bytes, _) in from.Take().Where(sent => sent.Bytes[1] is < 192 or > 223))
            to.Media.HandleDatagram(At(ms), At(ms), PaperPhone.AddressA, bytes);
    }

    private static byte[] Clear(byte sequence)
    {
        var packet = new byte[RtpPacket.HeaderSize + 160];
        (packet[0], packet[3], packet[11]) = (0x80, sequence, 7);
        return packet;
    }

    private static byte[] ClearReport() => [0x81, 200, 0, 1, 0, 0, 0, 7];

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);
}
