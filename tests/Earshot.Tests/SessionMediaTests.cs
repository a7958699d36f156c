// SPDX-License-Identifier: MIT
using System.Net;
using System.Net.Sockets;
using System.Text;
using Earshot.Media;
using Earshot.Media.Transport.Ice;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Sip;
using Earshot.Protocol.Stun;
using Earshot.Signaling;

namespace Earshot.Tests;

/// <summary>What a call's offer says on each way that is tried to the peer.</summary>
public sealed class SessionMediaTests : IDisposable
{
    private static readonly SipFlow OverV4 = new(1, SipTransport.Udp, IPEndPoint.Parse("127.0.0.1:5060"), IPEndPoint.Parse("127.0.0.1:9"));
    private static readonly SipFlow OverV6 = new(2, SipTransport.Udp, IPEndPoint.Parse("[::1]:5060"), IPEndPoint.Parse("[::1]:9"));

    private readonly PhoneSound _sound = new(new PhoneOptions { Microphone = "silence", Speaker = "null" });
    private readonly MediaEngine _engine = new(new MediaEngineOptions { Random = new SystemRandom(), BindAddress = IPAddress.IPv6Any });
    private readonly MediaSessionOptions _options = new() { Codecs = ["pcmu"], Security = MediaSecurityPolicy.None };

    [Fact]
    public void APeerThatIsReachedByTheOtherFamilyIsOfferedAnAddressOfThat()
    {
        SkipWithoutIPv6();
        using var media = NewMedia(OverV6);
        media.Mute = true;
        var first = Text(media.MakeOffer().Sdp);
        Assert.Contains("c=IN IP6 ::1\r\n", first, StringComparison.Ordinal);
        Assert.Equal(first, Text(media.OfferFor(OverV6)));

        var second = Text(media.OfferFor(OverV4));
        Assert.Contains("c=IN IP4 127.0.0.1\r\n", second, StringComparison.Ordinal);
        Assert.DoesNotContain("IP6", second, StringComparison.Ordinal);
        Assert.Equal(second, Text(media.OfferFor(OverV4)));
        Assert.True(media.Mute && media.Session!.Mute);
    }

    [Fact]
    public void AnotherAddressOfThePeerFromTheSameOfOursKeepsTheOffer()
    {
        using var media = NewMedia(OverV4);
        var first = Text(media.MakeOffer().Sdp);
        var session = media.Session;
        Assert.Equal(first, Text(media.OfferFor(OverV4)));
        Assert.Equal(first, Text(media.OfferFor(new SipFlow(3, SipTransport.Udp, OverV4.Local, IPEndPoint.Parse("127.0.0.2:9")))));
        Assert.Same(session, media.Session);
    }

    [Fact]
    public void WhatServersHaveSaidIsOfferedToThePeersOtherFamilyAsWell()
    {
        SkipWithoutIPv6();
        var addresses = HostAddresses.Usable(HostAddresses.Present() ?? []).ToList();
        if (addresses.Find(a => a.AddressFamily == AddressFamily.InterNetworkV6) is not { } v6 || addresses.Find(a => a.AddressFamily == AddressFamily.InterNetwork) is not { } v4)
        {
            Assert.Skip("this machine has not both families");
            return;
        }

        Assert.True(StunServerUri.TryParse("stun:127.0.0.1:9", out var server, out _));
        var options = _options with { Ice = new() { Servers = [server!] } };
        using var media = new SessionMedia(() => _engine.CreateSession(options), _ => default, insistsOnEncryption: false, _sound, v6);
        var first = Text(media.MakeOffer().Sdp);
        var session = media.Session;
        var second = Text(media.OfferFor(new SipFlow(4, SipTransport.Udp, new(v4, 5060), new(v4, 9))));
        Assert.Contains($"c=IN IP4 {v4}\r\n", second, StringComparison.Ordinal);
        Assert.Same(session, media.Session);
        Assert.Equal(Candidates(first), Candidates(second));
        Assert.Equal(second, Text(media.OfferFor(new SipFlow(4, SipTransport.Udp, new(v4, 5060), new(v4, 9)))));
    }

    private static IEnumerable<string> Candidates(string sdp) => sdp.Split("\r\n").Where(line => line.StartsWith("a=candidate", StringComparison.Ordinal));

    public void Dispose()
    {
        _sound.Dispose();
        _engine.Dispose();
    }

    private SessionMedia NewMedia(SipFlow first) => new(
        () => _engine.CreateSession(_options), _ => default, insistsOnEncryption: false, _sound, first.Remote.Address);

    private static string Text(ReadOnlyMemory<byte> sdp) => Encoding.UTF8.GetString(sdp.Span);

    private static void SkipWithoutIPv6()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException)
        {
            Assert.Skip("this machine has no IPv6");
        }
    }
}
