// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Earshot.Media.Tests.Dtls;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Whole sessions on loopback whose keys come by DTLS.</summary>
public class DtlsCallTests
{
    private static readonly MediaSessionOptions Alice = new() { Codecs = ["pcmu"], Security = MediaSecurityPolicy.Dtls, Identity = DtlsPair.Alice };
    private static readonly MediaSessionOptions Bob = Alice with { Identity = DtlsPair.Bob };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BothAreHeardOnceTheHandshakeIsDone(bool portable)
    {
        using var call = new CallPair(Alice, Bob, portable: portable);
        UntilKeyed(call);
        CallPair.UntilHeard(call.CallerEnd!, 1000);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        Assert.Equal(("dtls", "AEAD_AES_128_GCM"), (call.Caller.Facts!.KeyExchange, call.Caller.Facts.SrtpProfile));
        Assert.Equal(DtlsPair.Bob.Fingerprint.ToString(), call.Caller.Facts.PeerFingerprint);
        Assert.Equal(DtlsPair.Alice.Fingerprint.ToString(), call.Callee.Facts!.PeerFingerprint);
        Assert.True(call.Caller.Facts.IsEncrypted);
        foreach (var events in new[] { call.CallerEvents.ToArray(), call.CalleeEvents.ToArray() })
        {
            var kinds = events.Select(e => e.Kind).ToList();
            Assert.Equal(MediaEventKind.KeysAgreed, kinds[0]);
            Assert.DoesNotContain(MediaEventKind.SecurityRefusal, kinds);
        }
    }

    [Fact]
    public void HoldAndResumeFromBothSidesKeepTheAssociation()
    {
        using var call = new CallPair(Alice, Bob);
        UntilKeyed(call);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        call.Renegotiate(MediaDirection.SendOnly);
        Assert.False(call.Caller.AwaitsKeys || call.Callee.AwaitsKeys);
        var offer = call.Callee.CreateReoffer(MediaDirection.SendReceive);
        var answer = call.Caller.AcceptReoffer(offer);
        Assert.True(answer.Accepted && call.Callee.AcceptAnswer(answer.Answer).Accepted);
        call.Renegotiate(MediaDirection.SendReceive);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        CallPair.UntilHeard(call.CallerEnd!, 1000);
        Assert.Single(call.CallerEvents, e => e.Kind == MediaEventKind.KeysAgreed);
        Assert.Single(call.CalleeEvents, e => e.Kind == MediaEventKind.KeysAgreed);
    }

    [Fact]
    public void AnotherCertificateThanTheDescribedEndsItBeforeAPacketIsPlayed()
    {
        using var call = new CallPair(Alice, Bob, rewriteOffer: offer => Encoding.ASCII.GetBytes(
            Regex.Replace(Encoding.ASCII.GetString(offer), "a=fingerprint:sha-256 ..:..", "a=fingerprint:sha-256 00:00")));
        CallPair.Until(() => call.CalleeEvents.Any(e => e.Kind == MediaEventKind.KeysFailed), "the callee told");
        CallPair.Until(() => call.CallerEvents.Any(e => e.Kind == MediaEventKind.KeysFailed), "the caller told");
        Assert.Equal(DtlsFailure.FingerprintMismatch, call.Callee.KeyFailure!.Failure);
        Assert.Equal(DtlsFailure.PeerAlert, call.Caller.KeyFailure!.Failure);
        CallPair.Talk(0.3);
        foreach (var side in new[] { call.Caller, call.Callee })
            Assert.Equal((0, 0, null), (side.GetStatistics().PacketsSent, side.GetStatistics().PacketsReceived, side.Facts!.SrtpProfile));
        Assert.DoesNotContain(call.CallerEvents.Concat(call.CalleeEvents), e => e.Kind is MediaEventKind.FirstAudioPlayed or MediaEventKind.KeysAgreed);
    }

    [Fact]
    public void ClearPacketsBeforeTheKeysAreNeitherPlayedNorTakenForThePeer()
    {
        using var engine = CallPair.NewEngine();
        var events = new System.Collections.Concurrent.ConcurrentQueue<MediaEvent>();
        using var session = engine.CreateSession(Alice with { OnEvent = (_, e) => events.Enqueue(e) });
        var offer = Encoding.ASCII.GetString(session.CreateOffer(IPAddress.Loopback).Span);
        int port = int.Parse(Regex.Match(offer, @"m=audio (\d+)").Groups[1].Value, null);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var answer = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {((IPEndPoint)stranger.LocalEndPoint!).Port} UDP/TLS/RTP/SAVPF 0\r\n"
            + $"a=fingerprint:{DtlsPair.Bob.Fingerprint}\r\na=setup:active\r\na=rtcp-mux\r\n";
        Assert.True(session.AcceptAnswer(Encoding.ASCII.GetBytes(answer)).Accepted);
        TestEnd? end = null;
        session.AttachEnd(now => end = new TestEnd(session, Signals.Tone(600), now));
        session.Start();
        var packet = new byte[172];
        (packet[0], packet[11]) = (0x80, 7);
        for (byte i = 0; i < 50; i++)
        {
            packet[3] = i;
            stranger.SendTo(packet, new IPEndPoint(IPAddress.Loopback, port));
            Thread.Sleep(5);
        }

        CallPair.Until(() => end is { Heard.Length: > 9600 }, "the end runs");
        Assert.True(session.AwaitsKeys);
        Assert.Equal((0, 0), (session.GetStatistics().PacketsReceived, session.GetStatistics().PacketsSent));
        Assert.Equal(-1, end!.Heard.IndexOfAnyExcept((short)0));
        Assert.Empty(events);
        Assert.Equal(0, stranger.Available); // and nothing left, clear or not
    }

    [Fact]
    public void AThirdOfAllDatagramsMayBeLost()
    {
        using var wire = new LossyWire(3);
        using var call = new CallPair(Alice, Bob, rewriteOffer: wire.Between, rewriteAnswer: wire.Between);
        CallPair.Until(() => call.CallerEvents.Any(e => e.Kind == MediaEventKind.KeysAgreed), "the caller has keys");
        CallPair.Until(() => call.CalleeEvents.Any(e => e.Kind == MediaEventKind.KeysAgreed), "the callee has keys");
        CallPair.Until(() => call.Caller.GetStatistics().PacketsReceived > 10 && call.Callee.GetStatistics().PacketsReceived > 10, "both hear");
        Assert.True(wire.Lost > 0);
    }

    [Fact]
    public void AnotherCertificateInALaterOfferIsAnotherHandshakeAndTheSoundGoesOn()
    {
        using var call = new CallPair(Alice, Bob);
        UntilKeyed(call);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        uint before = call.Caller.Ssrc!.Value;
        var offer = Regex.Replace(Encoding.ASCII.GetString(call.Caller.CreateReoffer(MediaDirection.SendReceive).Span), "a=tls-id:....", "a=tls-id:ffff");
        var answered = call.Callee.AcceptReoffer(Encoding.ASCII.GetBytes(offer));
        Assert.True(answered.Accepted && call.Caller.AcceptAnswer(answered.Answer).Accepted);
        CallPair.Until(() => call.CallerEvents.Count(e => e.Kind == MediaEventKind.KeysAgreed) == 2, "the caller has new keys");
        CallPair.Until(() => call.CalleeEvents.Count(e => e.Kind == MediaEventKind.KeysAgreed) == 2, "the callee has new keys");
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        CallPair.UntilHeard(call.CallerEnd!, 1000);
        Assert.NotEqual(before, call.Caller.Ssrc);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhoHangsUpSaysGoodbyeBeforeTheSocketsClose(bool callee)
    {
        using var wire = new LossyWire(int.MaxValue);
        using var call = new CallPair(Alice, Bob, rewriteOffer: wire.Between, rewriteAnswer: wire.Between);
        UntilKeyed(call);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        Assert.Equal(0, wire.Goodbyes);
        (callee ? call.Callee : call.Caller).Stop();
        CallPair.Until(() => wire.Goodbyes > 0, "a goodbye");
    }

    [Fact]
    public void WhoWasConfirmedIsHeardAndAnotherCertificateInMidCallEndsIt()
    {
        var confirmed = DtlsPair.Bob.Fingerprint;
        using var call = new CallPair(Alice with { ConfirmedPeer = () => confirmed }, Bob);
        UntilKeyed(call);
        CallPair.UntilHeard(call.CalleeEnd!, 600);
        confirmed = Fingerprint.Of([1]); // as if the peer had taken another
        var offer = Regex.Replace(Encoding.ASCII.GetString(call.Caller.CreateReoffer(MediaDirection.SendReceive).Span), "a=tls-id:....", "a=tls-id:ffff");
        var answered = call.Callee.AcceptReoffer(Encoding.ASCII.GetBytes(offer));
        Assert.True(answered.Accepted && call.Caller.AcceptAnswer(answered.Answer).Accepted);
        CallPair.Until(() => call.CallerEvents.Any(e => e.Kind == MediaEventKind.KeysFailed), "the caller told");
        Assert.Equal(DtlsFailure.OtherThanConfirmed, call.Caller.KeyFailure!.Failure);
        Assert.Single(call.CallerEvents, e => e.Kind == MediaEventKind.KeysAgreed);
    }

    [Fact]
    public void AnotherCertificateThanTheConfirmedIsRefusedBeforeAPacketIsPlayed()
    {
        using var call = new CallPair(Alice, Bob with { ConfirmedPeer = () => DtlsPair.Bob.Fingerprint });
        CallPair.Until(() => call.CalleeEvents.Any(e => e.Kind == MediaEventKind.KeysFailed), "the callee told");
        CallPair.Until(() => call.CallerEvents.Any(e => e.Kind == MediaEventKind.KeysFailed), "the caller told");
        Assert.Equal(DtlsFailure.OtherThanConfirmed, call.Callee.KeyFailure!.Failure);
        Assert.Equal((0, 0), (call.Callee.GetStatistics().PacketsSent, call.Callee.GetStatistics().PacketsReceived));
    }

    [Fact]
    public void WithoutAnIdentityThereIsNoSuchSession()
    {
        using var engine = CallPair.NewEngine();
        Assert.Throws<ArgumentException>(() => engine.CreateSession(Alice with { Identity = null }));
    }

    private static void UntilKeyed(CallPair call) => CallPair.Until(
        () => new[] { call.CallerEvents, call.CalleeEvents }.All(events => events.Any(e => e.Kind == MediaEventKind.KeysAgreed)), "both have keys");

    // Two sockets in the middle, as a network that loses every n-th datagram of each direction would be.
    private sealed class LossyWire(int everyNth) : IDisposable
    {
        private readonly List<Socket> _ends = [Bound(), Bound()];
        private readonly IPEndPoint?[] _behind = new IPEndPoint?[2];
        private readonly List<Thread> _carriers = [];
        private int _described;
        private int _lost;
        private int _goodbyes;

        /// <summary>Alerts under keys that were carried.</summary>
        public int Goodbyes => Volatile.Read(ref _goodbyes);

        public int Lost => Volatile.Read(ref _lost);

        /// <summary>Puts an end of the wire into a description, in the place of its writer.</summary>
        public byte[] Between(byte[] sdp)
        {
            int end = _described++;
            var text = Encoding.ASCII.GetString(sdp);
            _behind[end] = new(IPAddress.Loopback, int.Parse(Regex.Match(text, @"m=audio (\d+)").Groups[1].Value, null));
            if (_described == 2)
                Carry();
            return Encoding.ASCII.GetBytes(Regex.Replace(text, @"m=audio \d+", $"m=audio {((IPEndPoint)_ends[end].LocalEndPoint!).Port}"));
        }

        public void Dispose() => _ends.ForEach(end => end.Dispose());

        // What reaches the end that stands for one phone goes to that phone, from the end that stands for the other.
        private void Carry()
        {
            foreach (int end in new[] { 0, 1 })
            {
                var carrier = new Thread(() => Carry(_ends[end], _ends[1 - end], _behind[end]!)) { IsBackground = true };
                _carriers.Add(carrier);
                carrier.Start();
            }
        }

        private void Carry(Socket from, Socket through, IPEndPoint to)
        {
            var datagram = new byte[2048];
            try
            {
                for (int i = 1; ; i++)
                {
                    int length = from.Receive(datagram);
                    if (datagram[0] == 21 && datagram[4] == 1)
                        Interlocked.Increment(ref _goodbyes);
                    if (i % everyNth == 1)
                        Interlocked.Increment(ref _lost);
                    else
                        through.SendTo(datagram.AsSpan(0, length), to);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static Socket Bound()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }
    }
}
