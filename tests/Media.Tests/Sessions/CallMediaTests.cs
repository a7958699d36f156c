// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Two workers' halves on paper, in virtual time.</summary>
public class CallMediaTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SequenceTimeAndMarkerFollowTheStandard(bool encrypted)
    {
        var (a, _) = PaperKeys.Pair(encrypted);
        var packets = new List<(ushort Sequence, uint Timestamp, bool Marker, uint Ssrc)>();
        for (int i = 0; i < 5; i++)
        {
            a.Speak(At(i * 20));
            Assert.True(RtpPacket.TryParse(a.Take().Single(p => p.Bytes[1] is not 200 and not 201).Bytes, out var packet));
            packets.Add((packet.Sequence, packet.Timestamp, packet.Marker, packet.Ssrc));
        }

        for (int i = 1; i < 5; i++)
        {
            Assert.Equal((ushort)(packets[0].Sequence + i), packets[i].Sequence);
            Assert.Equal(packets[0].Timestamp + (uint)(i * 160), packets[i].Timestamp);
            Assert.Equal(packets[0].Ssrc, packets[i].Ssrc);
            Assert.False(packets[i].Marker);
        }

        Assert.True(packets[0].Marker);
    }

    [Fact]
    public void NothingLeavesBeforeTheStartAndNothingAfterTheEnd()
    {
        var (a, _) = PaperKeys.Pair(encrypted: true, begin: false);
        a.Speak(At(0));
        a.Media.Apply(At(10), a.Plan);
        a.Speak(At(20));
        Assert.Empty(a.Take());
        a.Media.Start(At(30));
        a.Speak(At(40));
        Assert.NotEmpty(a.Take());
        a.Media.Close(At(50));
        a.Take();
        a.Speak(At(60));
        a.Media.HandleTimeout(At(20_000));
        Assert.Empty(a.Take());
    }

    [Fact]
    public void APacketIsPlayedOnceHoweverOftenItComes()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        a.Speak(At(0));
        var packet = a.Take().First().Bytes;
        for (int i = 0; i < 10; i++)
            b.Media.HandleDatagram(At(i), At(i), a.Local, packet.ToArray());
        Assert.Equal(1, b.DrainPlayback());
        Assert.Equal(9, b.Media.Receive.SecurityRefusals);
    }

    [Fact]
    public void AReplayFromElsewhereDoesNotMoveTheCall()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        a.Speak(At(0));
        var packet = a.Take().First().Bytes;
        b.Media.HandleDatagram(At(1), At(1), a.Local, packet.ToArray());
        b.Media.HandleDatagram(At(2), At(2), PaperPhone.Elsewhere, packet.ToArray());
        b.Speak(At(20));
        Assert.All(b.Take(), p => Assert.Equal(a.Local, p.To));
    }

    [Fact]
    public void WrongKeysAreNeverPlayedAndToldOnce()
    {
        var (_, b) = PaperKeys.Pair(encrypted: true);
        var (stranger, _) = PaperKeys.Pair(encrypted: true, keySeed: 99);
        for (int i = 0; i < 50; i++)
        {
            stranger.Speak(At(i * 20));
            foreach (var (bytes, _) in stranger.Take())
                b.Media.HandleDatagram(At(i * 20), At(i * 20), stranger.Local, bytes);
        }

        Assert.Equal(0, b.DrainPlayback());
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.SecurityRefusal);
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.FirstPacketReceived);
    }

    [Fact]
    public void ClearMediaInAnEncryptedCallIsNeverPlayed()
    {
        var (_, b) = PaperKeys.Pair(encrypted: true);
        var (clear, _) = PaperKeys.Pair(encrypted: false);
        for (int i = 0; i < 20; i++)
        {
            clear.Speak(At(i * 20));
            foreach (var (bytes, _) in clear.Take())
                b.Media.HandleDatagram(At(i * 20), At(i * 20), clear.Local, bytes);
        }

        Assert.Equal(0, b.DrainPlayback());
        Assert.True(b.Media.Receive.SecurityRefusals >= 20);
    }

    [Fact]
    public void MediaFollowsAnAuthenticatedPeerToItsNewAddress()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Carry(a, b, 0, a.Local);
        Carry(a, b, 20, PaperPhone.Elsewhere);
        b.Speak(At(40));
        Assert.All(b.Take(), p => Assert.Equal(PaperPhone.Elsewhere, p.To));
        Assert.Contains(b.Events, e => e.Kind == MediaEventKind.RemoteAddressChanged);
    }

    [Fact]
    public void AStrangersClearRtpInARunningCallIsIgnoredAndCounted()
    {
        var (a, b) = PaperKeys.Pair(encrypted: false);
        var (stranger, _) = PaperKeys.Pair(encrypted: false, keySeed: 5);
        Carry(a, b, 0, a.Local);
        b.DrainPlayback();
        for (int i = 0; i < 20; i++)
            Carry(stranger, b, 20 + i, PaperPhone.Elsewhere);
        Assert.Equal(0, b.DrainPlayback());
        Assert.True(b.Media.Latching.Strangers >= 20);
        b.Speak(At(100));
        Assert.All(b.Take(), p => Assert.Equal(a.Local, p.To));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AReflectedPacketOfOurOwnIsNotThePeers(bool encrypted)
    {
        var (a, _) = PaperKeys.Pair(encrypted);
        a.Speak(At(0));
        foreach (var (bytes, _) in a.Take())
            a.Media.HandleDatagram(At(1), At(1), PaperPhone.AddressB, bytes);
        Assert.Equal(0, a.DrainPlayback());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RandomAndMutatedDatagramsDisturbNothing(bool encrypted)
    {
        var (a, b) = PaperKeys.Pair(encrypted);
        var random = new Random(7);
        Carry(a, b, 0, a.Local);
        int clean = b.DrainPlayback();
        for (int i = 0; i < 20_000; i++)
        {
            var datagram = new byte[random.Next(0, 200)];
            random.NextBytes(datagram);
            if (datagram.Length > 1 && i % 3 == 0)
                datagram[0] = (byte)(0x80 | (datagram[0] & 0x3f));
            b.Media.HandleDatagram(At(i * 0.1), At(i * 0.1), PaperPhone.Elsewhere, datagram);
        }

        a.Speak(At(3000));
        foreach (var (bytes, _) in a.Take())
        {
            for (int i = 0; i < 200; i++)
            {
                var mutated = bytes.ToArray();
                mutated[random.Next(mutated.Length)] ^= (byte)(1 << random.Next(8));
                b.Media.HandleDatagram(At(3000), At(3000), PaperPhone.Elsewhere, mutated);
            }
        }

        Assert.Equal(0, b.DrainPlayback());
        Carry(a, b, 3020, a.Local);
        Assert.Equal(clean, b.DrainPlayback());
    }

    [Fact]
    public void SilenceIsToldAtItsTimeAndTheReturnToo()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Carry(a, b, 0, a.Local);
        for (int t = 0; t <= 9_900; t += 100)
            b.Media.HandleTimeout(At(t));
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        b.Media.HandleTimeout(At(10_001));
        Assert.Equal(At(0), Assert.Single(b.Events, e => e.Kind == MediaEventKind.Silence).Since);
        Carry(a, b, 11_000, a.Local);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.Resumed);
    }

    [Fact]
    public void ReportsGoBothWaysAndGiveARoundTrip()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        for (int t = 0; t < 30_000; t += 20)
        {
            a.Speak(At(t));
            b.Speak(At(t));
            a.Media.HandleTimeout(At(t));
            b.Media.HandleTimeout(At(t));
            // 15 ms on the way.
            foreach (var (bytes, _) in a.Take())
                b.Media.HandleDatagram(At(t + 15), At(t + 15), a.Local, bytes);
            foreach (var (bytes, _) in b.Take())
                a.Media.HandleDatagram(At(t + 15), At(t + 15), b.Local, bytes);
            b.DrainPlayback();
            a.DrainPlayback();
        }

        Assert.InRange(a.Media.Rtcp.RoundTrip!.Value.TotalMilliseconds, 28, 32);
        Assert.InRange(b.Media.Rtcp.RoundTrip!.Value.TotalMilliseconds, 28, 32);
        Assert.Equal(0, a.Media.Rtcp.RemoteFractionLost);
        Assert.Equal(0, a.Media.Rtcp.Voip.RemoteBurstDensity);
        Assert.InRange(a.Media.Rtcp.Voip.RemoteMos!.Value, 4, 4.5);
        Assert.Equal(0, a.Media.Rtcp.PacketsLost);
    }

    [Fact]
    public void APeerWithoutMultiplexingGetsReportsAtItsOwnPort()
    {
        var (a, _) = PaperKeys.Pair(encrypted: true);
        var rtcp = PaperPhone.AddressB with { Port = 5001 };
        a.Media.Apply(At(0), a.Plan with { Transport = a.Plan.Transport with { RtcpMux = false, Rtcp = rtcp } });
        for (int t = 0; t < 10_000; t += 20)
        {
            a.Speak(At(t));
            a.Media.HandleTimeout(At(t));
        }

        var sent = a.Take();
        Assert.Contains(sent, p => p.To == rtcp);
        Assert.All(sent, p => Assert.Equal(p.Bytes[1] is 200 or 201, p.To == rtcp));
    }

    [Theory]
    [InlineData(true, 750)]
    [InlineData(false, 749)]
    public void WhatWasNotAgreedIsNeverPlayedButItsSenderLives(bool encrypted, int counted)
    {
        var (a, b) = PaperKeys.Pair(encrypted);
        a.Media.Apply(At(0), a.Plan with { Send = a.Plan.Send with { PayloadType = 13 } });
        for (int t = 0; t < 15_000; t += 20)
        {
            Carry(a, b, t, a.Local);
            b.Media.HandleTimeout(At(t));
        }

        Assert.Equal(0, b.DrainPlayback());
        Assert.Equal(counted, b.Media.Rtcp.PacketsReceived);
        Assert.Equal(0, b.Media.Rtcp.PacketsLost);
        Assert.True(b.Media.Receive.UnknownPackets >= 750);
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.FirstPacketReceived);
    }

    [Fact]
    public void WhatWasNotAgreedFromElsewhereInClearIsNobodysSignOfLife()
    {
        var (a, b) = PaperKeys.Pair(encrypted: false);
        a.Media.Apply(At(0), a.Plan with { Send = a.Plan.Send with { PayloadType = 13 } });
        for (int t = 0; t < 1000; t += 20)
            Carry(a, b, t, PaperPhone.Elsewhere);
        b.Speak(At(1000));
        Assert.All(b.Take(), p => Assert.Equal(a.Local, p.To));
        Assert.Empty(b.Events);
    }

    [Fact]
    public void ACodecThatDoesNotAdaptSendsItsOwnFramesWhateverTheNetworkAskedOfTheOneBefore()
    {
        var (a, _) = PaperKeys.Pair(encrypted: false);
        var adaptive = a.Plan with { Send = a.Plan.Send with { Limits = new(32000, 72000, 960, 2880, Fec: false, Redundancy: false) } };
        a.Media.Apply(At(0), adaptive);
        for (int i = 0; i < 50; i++)
        {
            var block = new Earshot.Protocol.Rtcp.ReportBlock(a.Media.Send.Ssrc, 128, 500 * i, (uint)(1000 * (i + 1)), 0, 0, 0);
            a.Media.Send.HandleReport(At(5000 * i), in block, TimeSpan.FromMilliseconds(i == 0 ? 20 : 900), 0);
        }

        Assert.Equal(2880, a.Media.Send.Settings.FrameSamples);
        a.Media.Apply(At(300_000), a.Plan);
        a.Take();
        a.Speak(At(300_000)); // fills up the frame that was begun, if any
        a.Take();
        for (int i = 1; i < 10; i++)
        {
            a.Speak(At(300_000 + (20 * i)));
            Assert.Single(a.Take(), p => p.Bytes[1] is not 200 and not 201);
        }

        Assert.Equal(0, a.Media.Send.Settings.Bitrate);
    }

    [Fact]
    public void AHeldPeerIsNotMissedAndNothingIsSentToIt()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Carry(a, b, 0, a.Local);
        b.Media.Apply(At(20), b.Plan with { Send = b.Plan.Send with { Sends = false }, Receive = b.Plan.Receive with { Receives = false, ExpectsMedia = false } });
        b.DrainPlayback();
        Carry(a, b, 40, a.Local);
        Assert.Equal(0, b.DrainPlayback());
        b.Media.HandleTimeout(At(60_000));
        b.Take();
        b.Speak(At(60_020));
        Assert.Empty(b.Take());
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        b.Media.Apply(At(60_040), b.Plan);
        b.Speak(At(60_060));
        Assert.NotEmpty(b.Take());
    }

    [Fact]
    public void RingingIsNotSilence()
    {
        var (_, b) = PaperKeys.Pair(encrypted: true, begin: false);
        b.Media.Apply(At(0), b.Plan);
        b.Media.HandleTimeout(At(60_000));
        b.Media.Start(At(60_000));
        b.Media.HandleTimeout(At(69_000));
        Assert.DoesNotContain(b.Events, e => e.Kind == MediaEventKind.Silence);
        b.Media.HandleTimeout(At(70_001));
        Assert.Contains(b.Events, e => e.Kind == MediaEventKind.Silence);
    }

    [Fact]
    public void TheEndIsSaidByRtcp()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        Carry(a, b, 0, a.Local);
        a.Media.Close(At(20));
        foreach (var (bytes, _) in a.Take())
            b.Media.HandleDatagram(At(21), At(21), a.Local, bytes);
        Assert.Single(b.Events, e => e.Kind == MediaEventKind.RemoteRtcpBye);
    }

    [Fact]
    public void SendDoesNotAllocate()
    {
        var (a, _) = PaperKeys.Pair(encrypted: true);
        a.OnlyCount = true;
        SteadyState.AllocatesNothing(2000, i => a.Speak(At(i * 20)));
        Assert.True(a.Count > 1000);
    }

    [Fact]
    public void ReceiveDoesNotAllocate()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        a.OnlyCount = true;
        var buffer = new byte[2048];
        SteadyState.AllocatesNothing(2000, i =>
        {
            a.Speak(At(i * 20));
            a.Last.AsSpan(0, a.LastLength).CopyTo(buffer);
            b.Media.HandleDatagram(At(i * 20), At(i * 20), a.Local, buffer.AsSpan(0, a.LastLength));
            b.DrainPlayback();
        });
        Assert.True(b.Media.Receive.Packets > 1000);
    }

    private static void Carry(PaperPhone from, PaperPhone to, double ms, Earshot.Media.Transport.PeerAddress seenAs)
    {
        from.Speak(At(ms));
        foreach (var (bytes, _) in from.Take())
            to.Media.HandleDatagram(At(ms), At(ms), seenAs, bytes);
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);
}
