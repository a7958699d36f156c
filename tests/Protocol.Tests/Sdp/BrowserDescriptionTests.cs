// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Earshot.Protocol.Sdp;
using static Earshot.Protocol.Tests.Sdp.DtlsOfferAnswerTests;
using static Earshot.Protocol.Tests.Sdp.SdpSamples;

namespace Earshot.Protocol.Tests.Sdp;

/// <summary>What Chromium wrote (tests/vectors/browser), answered and taken.</summary>
public class BrowserDescriptionTests
{
    [Theory]
    [InlineData("offer", "0")]
    [InlineData("offer-before-candidates", "0")]
    [InlineData("offer-sound-picture-data", "0")]
    [InlineData("offer-picture-first", "1")]
    public void AnOfferIsAnsweredWithItsSoundAlone(string name, string mid)
    {
        var offer = Read(name);
        var answer = Answer(ByDtls(1), offer);
        Assert.True(answer.Accepted, answer.Reason);
        var lines = Lines(answer.Sdp);
        Assert.Single(lines, "a=group:BUNDLE " + mid);
        Assert.Single(lines, "a=mid:" + mid);
        Assert.Single(lines, "a=rtcp-mux");
        Assert.Single(lines, "a=setup:passive");
        Assert.Single(lines, "a=sendrecv");
        Assert.Single(lines, line => line.StartsWith("a=fingerprint:sha-256 ", StringComparison.Ordinal));
        Assert.Contains("a=rtpmap:111 opus/48000/2", lines);
        Assert.Contains("a=rtpmap:110 telephone-event/48000", lines);
        Assert.Equal(Kinds(offer), Kinds(answer.Sdp));
        foreach (var media in Parse(answer.Sdp.Span).Media) Assert.Equal(media.IsAudio ? 40000 : 0, media.Port);
    }

    [Fact]
    public void AnAddressThatIsNotKnownYetIsNoHold()
    {
        var agreed = Answer(ByDtls(1), Read("offer-before-candidates")).Media!;
        Assert.Equal(MediaDirection.SendReceive, agreed.Direction);
        Assert.False(agreed.HeldByRemote);
    }

    [Fact]
    public void ThePictureOfALaterOfferIsRefusedInItsPlace()
    {
        var side = new OfferAnswer(1);
        var local = ByDtls(1);
        side.HandleOffer(Read("offer"));
        Assert.True(side.CreateAnswer(local).Accepted);
        side.HandleOffer(Read("offer-sound-picture-data"));
        var second = side.CreateAnswer(local);
        Assert.True(second.Accepted, second.Reason);
        Assert.Equal(["audio", "video", "application"], Kinds(second.Sdp));
    }

    [Fact]
    public void AHoldOfTheBrowserKeepsTheAssociation()
    {
        var side = new OfferAnswer(1);
        var local = ByDtls(1);
        side.HandleOffer(Read("offer"));
        side.CreateAnswer(local);
        var hold = Lines(Read("offer")).Select(line => line == "a=sendrecv" ? "a=sendonly" : line).ToArray();
        side.HandleOffer(Bytes(hold));
        var held = side.CreateAnswer(local);
        Assert.True(held.Accepted, held.Reason);
        Assert.Contains("a=recvonly", Lines(held.Sdp));
        Assert.Contains("a=setup:passive", Lines(held.Sdp));
        Assert.Equal((1, DtlsChanges.None), (held.Media!.Dtls!.Association, held.Media.Dtls.Changes));
    }

    [Fact]
    public void OurOfferIsABundleOfOneAndItsAnswersAreTaken()
    {
        var side = new OfferAnswer(1);
        var local = ByDtls(1);
        var offer = Lines(side.CreateOffer(local));
        Assert.Contains("a=group:BUNDLE 0", offer); // RTCPeerConnection({ bundlePolicy: 'max-bundle' }) takes no other
        Assert.Contains("a=mid:0", offer);
        var agreed = side.HandleAnswer(Read("answer"));
        Assert.True(agreed.Accepted, agreed.Reason);
        Assert.Equal(("opus", true, false), (agreed.Media!.Codec.Name, agreed.Media.RtcpMux, agreed.Media.Dtls!.IsClient));
        Assert.Equal(100, agreed.Media.TelephoneEvent!.SendPayloadType);

        Assert.Contains("a=group:BUNDLE 0", Lines(side.CreateOffer(local with { Direction = MediaDirection.SendOnly })));
        agreed = side.HandleAnswer(Read("answer-to-hold"));
        Assert.Equal((MediaDirection.SendOnly, 1), (agreed.Media!.Direction, agreed.Media.Dtls!.Association));
    }

    [Fact]
    public void AGroupThatTheAnswerDoesNotTakeIsNotOfferedAgain()
    {
        var side = new OfferAnswer(1);
        side.CreateOffer(ByDtls(1));
        Assert.True(side.HandleAnswer(Bytes([.. Lines(Read("answer")).Where(line => !line.StartsWith("a=group", StringComparison.Ordinal))])).Accepted);
        var again = Lines(side.CreateOffer(ByDtls(1)));
        Assert.DoesNotContain(again, line => line.StartsWith("a=group", StringComparison.Ordinal));
        Assert.Contains("a=mid:0", again);
    }

    private static byte[] Read(string name, [CallerFilePath] string here = "") =>
        File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "vectors", "browser", $"chromium-156-{name}.sdp"));

    private static string[] Kinds(ReadOnlyMemory<byte> sdp) => [.. Lines(sdp).Where(line => line.StartsWith("m=", StringComparison.Ordinal)).Select(line => line[2..line.IndexOf(' ')])];
}
