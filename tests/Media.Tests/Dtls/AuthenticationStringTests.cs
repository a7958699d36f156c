// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Dtls;

public class AuthenticationStringTests
{
    private static readonly CallParty Alice = new("sip:alice@example.org", Fingerprint.Of([1]));
    private static readonly CallParty Bob = new("sip:bob@example.net", Fingerprint.Of([2]));

    [Fact]
    public void BothSidesReadTheSame()
    {
        var here = AuthenticationString.Of(Alice, Bob);
        var there = AuthenticationString.Of(Bob with { Identity = "SIP:Bob@example.net " }, Alice);
        Assert.Equal(here.Words, there.Words);
        Assert.Equal(here.DigitsText, there.DigitsText);
        Assert.Equal(here.Value, there.Value);
    }

    [Fact]
    public void ItIsLongEnoughBothWays()
    {
        Assert.True(AuthenticationString.Bits >= 80);
        var text = AuthenticationString.Of(Alice, Bob);
        Assert.Equal(16, text.Words.Count);
        Assert.Equal(8, text.DigitsText.Split(' ').Length);
        Assert.Equal(40, text.DigitsText.Count(char.IsAsciiDigit));
    }

    [Fact]
    public void WhoeverAndWhateverChangesChangesIt()
    {
        string[] all =
        [
            AuthenticationString.Of(Alice, Bob).ToString(),
            AuthenticationString.Of(Alice with { Certificate = Fingerprint.Of([3]) }, Bob).ToString(),
            AuthenticationString.Of(Alice with { Identity = "sip:alicf@example.org" }, Bob).ToString(),
            AuthenticationString.Of(Alice with { Certificate = Bob.Certificate }, Bob with { Certificate = Alice.Certificate }).ToString(),
            AuthenticationString.Of(new(Alice.Identity + "\0", Alice.Certificate), Bob).ToString(),
        ];
        Assert.Distinct(all);
    }

    [Fact]
    public void TheWordsAreThoseOfTheList()
    {
        byte[] example = Convert.FromHexString("E58294F2E9A227486E8B061B31CC528FD7FA3F19");
        Assert.Equal(
            "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless",
            string.Join(' ', example.Select(PgpWords.WordFor)));
        for (int place = 0; place < 2; place++)
            Assert.Distinct(Enumerable.Range(0, 256).Select(value => PgpWords.WordFor((byte)value, place)));
    }

    // Who knows Alice's and Bob's fingerprints (from any earlier call) grinds one certificate towards each of them, and needs no
    // particular string, only two equal ones: half the bits in tries. A new serial number is a new fingerprint, so a try is a hash.
    [Theory]
    [InlineData(20)]
    [InlineData(32)]
    public void AShortenedStringFallsToGroundCertificates(int bits)
    {
        var seenByAlice = new Dictionary<uint, Fingerprint>();
        var random = new Random(bits);
        Span<byte> certificate = stackalloc byte[16];
        int each = 1 << ((bits / 2) + 1);
        for (int i = 0; i < each; i++)
        {
            random.NextBytes(certificate);
            var towardsAlice = Fingerprint.Of(certificate);
            seenByAlice[Shortened(Alice, Bob with { Certificate = towardsAlice }, bits)] = towardsAlice;
        }

        for (int tries = 0; tries < 100 * each; tries++)
        {
            random.NextBytes(certificate);
            var towardsBob = Fingerprint.Of(certificate);
            if (!seenByAlice.TryGetValue(Shortened(Alice with { Certificate = towardsBob }, Bob, bits), out var towardsAlice))
                continue;
            Assert.NotEqual(Bob.Certificate, towardsAlice); // neither sees the other's certificate,
            Assert.NotEqual(Alice.Certificate, towardsBob); // and both read the same
            return;
        }

        Assert.Fail("luck ran out");
    }

    [Fact]
    public void TheWholeStringDoesNot()
    {
        var random = new Random(1);
        Span<byte> certificate = stackalloc byte[16];
        var seen = new HashSet<UInt128>();
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(certificate);
            Assert.True(seen.Add(BinaryPrimitives.ReadUInt128BigEndian(AuthenticationString.Compute(Alice, Bob with { Certificate = Fingerprint.Of(certificate) }, 1))));
        }
    }

    private static uint Shortened(CallParty one, CallParty other, int bits) =>
        BinaryPrimitives.ReadUInt32BigEndian(AuthenticationString.Compute(one, other, rounds: 1)) >> (32 - bits);
}
