// SPDX-License-Identifier: MIT
using Earshot.Lab.Nats;
using Earshot.Media;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sdp;

namespace Earshot.Lab.Tests.Nats;

/// <summary>Phones that share something: a LAN, a carrier's NAT. And phones that know less ICE, or none.</summary>
public sealed class NatTopologyTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    // What browsers do: a name that only neighbours can resolve instead of an address of the LAN.
    private static readonly NatPhoneOptions Hidden = new()
    {
        Media = NatCall.Media,
        Describes = description => description with
        {
            Candidates = [.. description.Candidates.Select(c => c.Kind == CandidateKind.Host ? c with { HostName = "4d4e6b7c.local", Address = new(0, 0, c.Address.Port, false) } : c)],
        },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TwoHomesBehindOneCarrierMeetThereWhereItHairpins(bool hairpins)
    {
        using var call = new NatCall();
        var carrier = call.Network.AddRealm(hairpins ? NatKinds.Hairpin : NatKinds.PortRestricted, "198.51.100.1", NatCall.Line);
        call.Alice.Attach(call.Network.AddRealm(NatKinds.PortRestricted, "100.64.0.1", TimeSpan.FromMilliseconds(2), carrier).AddHost("192.168.1.2"));
        call.Bob.Attach(call.Network.AddRealm(NatKinds.PortRestricted, "100.64.0.2", TimeSpan.FromMilliseconds(2), carrier).AddHost("192.168.1.2"));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromMilliseconds(500));
        Assert.Equal(!hairpins, call.IsRelayed);
    }

    [Fact]
    public void NeighboursMeetOnTheirLan()
    {
        using var call = new NatCall();
        var home = call.Network.AddRealm(NatKinds.Symmetric, "198.51.100.1", NatCall.Line);
        call.Alice.Attach(home.AddHost("192.168.1.2"));
        call.Bob.Attach(home.AddHost("192.168.1.3"));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromMilliseconds(500));
        Assert.Equal((CandidateKind.Host, CandidateKind.Host), (call.Alice.Path.Selected!.LocalKind, call.Alice.Path.Selected.RemoteKind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ANameOfTheLanIsResolvedThereOrTheCallGoesAnotherWay(bool resolves)
    {
        using var call = new NatCall(1, Hidden);
        var home = call.Network.AddRealm(NatKinds.Symmetric, "198.51.100.1", NatCall.Line);
        var alice = call.Alice.Attach(home.AddHost("192.168.1.2"));
        call.Bob.Attach(home.AddHost("192.168.1.3"));
        // Alice cannot reach Bob by his address: it is on him to find hers.
        call.Network.Intercept = d => d.Host == alice && d.Bytes[0] == 0 && d.Bytes[1] == 1 && d.To.SameHost(NatNetwork.Address("192.168.1.3", 0)) && !resolves;
        if (resolves)
            call.Bob.Resolver = name => name == "4d4e6b7c.local" ? alice.Address : default;
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromMilliseconds(500));
        Assert.Equal(!resolves, call.IsRelayed);
    }

    [Fact]
    public void APhoneOfOldBehindANatIsHeardWhereItSendsFrom()
    {
        var media = new MediaSessionOptions { Codecs = ["pcmu"], Security = MediaSecurityPolicy.Sdes, Adapt = false, Redundancy = false };
        using var call = new NatCall(1, new() { Media = media }, new() { Media = media, SpeaksIce = false });
        call.Alice.Attach(call.AddLine(NatKinds.Independent, 1));
        call.Bob.Attach(call.AddLine(NatKinds.Symmetric, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(2));
        Assert.False(call.Alice.Path.Link!.IsActive);
        Assert.Contains(MediaEventKind.RemoteAddressChanged, call.Alice.Media.Events);
        Assert.InRange(call.Alice.Media.Heard.LongestSilence(call.Alice.Media.Heard.FirstAt).TotalMilliseconds, 0, 100);
        Assert.InRange(call.Bob.Media.Heard.LongestSilence(call.Bob.Media.Heard.FirstAt).TotalMilliseconds, 0, 100);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("symmetric")]
    public void AGatewayThatOnlyAnswersChecksIsNominated(string alice)
    {
        using var call = new NatCall(1, null, new() { Media = NatCall.Media, IsLite = true });
        call.Alice.Attach(call.AddLine(NatKinds.Named(alice), 1));
        call.Bob.Attach(call.AddLine(null, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        Assert.True(call.Alice.Path.IsNominated);
        Assert.False(call.IsRelayed);
    }

    [Fact]
    public void AGatewayThatCallsAndOnlyAnswersChecksIsLedByWhoAnswers()
    {
        using var call = new NatCall(1, new() { Media = NatCall.Media, IsLite = true });
        call.Alice.Attach(call.AddLine(null, 1));
        call.Bob.Attach(call.AddLine(NatKinds.Symmetric, 2));
        Assert.True(call.Connect(Enough));
        call.Run(TimeSpan.FromSeconds(1));
        Assert.True(call.Bob.Path.IsNominated);
        Assert.Equal(call.Alice.Hosts[0].Address, call.Bob.Path.Selected!.Remote.WithPort(0));
    }
}
