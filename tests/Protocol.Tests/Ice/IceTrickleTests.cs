// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Ice;

/// <summary>Candidates that follow a description (RFC 8838, RFC 8840): what is told when, and what becomes of what is said.</summary>
public sealed class IceTrickleTests
{
    private static readonly IceDescription Theirs = new() { Credentials = new("their", new string('t', 24)), Options = ["trickle"], Candidates = [Host("192.0.2.9")] };

    private readonly List<IceCandidate> _known = [Host("192.0.2.1")];
    private readonly IceNegotiation _ours;
    private bool _isComplete;

    public IceTrickleTests() => _ours = new(
        () => new() { Credentials = new("ours", new string('o', 24)), Options = ["ice2", "trickle"], Candidates = [.. _known], IsComplete = _isComplete }, new SeededRandom(1))
    { PeerTakes = true };

    private static IceReading Said(IceDescription description, string? mid = "0") => new(IceReadingKind.Ice, description) { Mid = mid };

    [Fact]
    public void AnAnswerLeavesTheRestToFragmentsThatRepeatAllInTheirOrder()
    {
        _ours.HandleOffer(Said(Theirs), out var answer);
        Assert.DoesNotContain("end-of-candidates", answer);
        Assert.Contains("ice-options:ice2 trickle", answer);
        Assert.False(_ours.TryWriteFragment(out _)); // nothing beyond the answer

        _known.Insert(0, Host("192.0.2.2")); // whatever the order in which we have them
        Assert.Equal(["a=ice-ufrag:ours", $"a=ice-pwd:{new string('o', 24)}", "m=audio 9 RTP/AVP 0", "a=mid:0", $"a={Host("192.0.2.1")}", $"a={Host("192.0.2.2")}"], Fragment());
        Assert.False(_ours.TryWriteFragment(out _));

        _known.RemoveAt(1); // gone, but it was told
        _isComplete = true;
        Assert.Equal([$"a={Host("192.0.2.1")}", $"a={Host("192.0.2.2")}", "a=end-of-candidates"], Fragment()[4..]);
        _known.Add(Host("192.0.2.3"));
        Assert.False(_ours.TryWriteFragment(out _)); // that was the end
    }

    [Theory]
    [InlineData(false, true, "0")]
    [InlineData(true, false, "0")]
    [InlineData(true, true, null)]
    public void WhoTakesNoneHasAllInTheAnswer(bool peerTakes, bool offerTrickles, string? mid)
    {
        _ours.PeerTakes = peerTakes;
        _ours.HandleOffer(Said(offerTrickles ? Theirs : Theirs with { Options = [] }, mid), out var answer);
        Assert.Contains("end-of-candidates", answer);
        Assert.Contains("ice-options:ice2", answer);
        _known.Add(Host("192.0.2.2"));
        Assert.False(_ours.TryWriteFragment(out _));
    }

    [Fact]
    public void AnOfferIsWholeAsFarAsItIsKnownAndTheRestFollowsTheAnswer()
    {
        Assert.DoesNotContain("end-of-candidates", _ours.CreateOffer()); // a server has yet to answer
        _known.Add(Host("192.0.2.2"));
        Assert.False(_ours.TryWriteFragment(out _));
        _ours.HandleAnswer(Said(Theirs));
        Assert.Equal(6, Fragment().Length);
    }

    [Fact]
    public void ARestartBeginsANewListAndSaysNothingWhileItIsOffered()
    {
        _ours.CreateOffer();
        _ours.HandleAnswer(Said(Theirs));
        _isComplete = true;
        Assert.Contains("a=end-of-candidates", Fragment());
        var fresh = _ours.Restart();
        var offer = _ours.CreateOffer();
        Assert.Contains($"ice-ufrag:{fresh.Ufrag}", offer);
        Assert.DoesNotContain("end-of-candidates", offer); // relays are asked whether they stand
        _isComplete = false;
        _known.Add(Host("192.0.2.2"));
        Assert.False(_ours.TryWriteFragment(out _));
        _ours.HandleAnswer(Said(Theirs with { Credentials = new("again", new string('a', 24)) }));
        var fragment = Fragment();
        Assert.Equal(($"a=ice-ufrag:{fresh.Ufrag}", 6), (fragment[0], fragment.Length));
    }

    [Fact]
    public void WhereThePeerTookNoneNothingMoreIsToldBeforeARestart()
    {
        _ours.HandleOffer(Said(Theirs), out _);
        _known.Add(Host("192.0.2.2"));
        _ours.EndFragments();
        Assert.False(_ours.TryWriteFragment(out _));
        _ours.HandleOffer(Said(Theirs with { Credentials = new("again", new string('a', 24)) }), out _);
        _known.Add(Host("192.0.2.3"));
        Assert.Equal(7, Fragment().Length);
    }

    [Fact]
    public void AFragmentIsTakenUntilTheEndIsSaid()
    {
        _ours.HandleOffer(Said(Theirs), out _);
        Assert.Equal(TrickleOutcome.Taken, Take(Theirs.Credentials, out var news, "192.0.2.10"));
        Assert.Equal("192.0.2.10", news!.Candidates.Single().Address.ToIPAddress().ToString());
        Assert.Equal(TrickleOutcome.Taken, Take(Theirs.Credentials, out news, end: true));
        Assert.True(news!.IsComplete);
        Assert.Equal(TrickleOutcome.AfterTheEnd, Take(Theirs.Credentials, out news, "192.0.2.11"));
        Assert.Null(news);
    }

    [Fact]
    public void WhatComesBeforeItsDescriptionIsKeptAndTheLastOfItTaken()
    {
        Assert.Equal(TrickleOutcome.Early, Take(Theirs.Credentials, out _, "192.0.2.10"));
        Assert.Equal(TrickleOutcome.Early, Take(Theirs.Credentials, out _, "192.0.2.10", "192.0.2.11"));
        _ours.HandleOffer(Said(Theirs), out _);
        Assert.True(_ours.TryTakeEarly(out var news));
        Assert.Equal(2, news.Candidates.Count);
        Assert.False(_ours.TryTakeEarly(out _));

        // A restart's fragment overtakes its offer; that of the generation before comes late.
        var again = new IceCredentials("again", new string('a', 24));
        Assert.Equal(TrickleOutcome.Early, Take(again, out _, "192.0.2.12"));
        _ours.HandleOffer(Said(Theirs with { Credentials = again }), out _);
        Assert.True(_ours.TryTakeEarly(out news));
        Assert.Equal(TrickleOutcome.Over, Take(Theirs.Credentials, out _, "192.0.2.13"));
    }

    [Fact]
    public void AnotherPasswordOrAnotherStreamIsNotThePeers()
    {
        _ours.HandleOffer(Said(Theirs), out _);
        Assert.Equal(TrickleOutcome.Early, Take(Theirs.Credentials with { Password = new string('x', 24) }, out var news, "192.0.2.10"));
        Assert.Null(news);
        Assert.False(_ours.TryTakeEarly(out _)); // what was agreed has not changed
        Assert.Equal(TrickleOutcome.Nothing, _ours.HandleFragment(TrickleFragment.Write(Theirs.Credentials, "1", [], false), out _));
    }

    [Fact]
    public void AfterTheEndOfADescriptionNothingIsTaken()
    {
        _ours.HandleOffer(Said(Theirs with { IsComplete = true }), out _);
        Assert.Equal(TrickleOutcome.AfterTheEnd, Take(Theirs.Credentials, out _, "192.0.2.10"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("a=ice-ufrag:abcd\r\n")] // whose?
    [InlineData("a=ice-ufrag:abcd\r\na=ice-pwd:short\r\n")]
    [InlineData("v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n")]
    public void WhatIsNoFragmentIsNone(string text) => Assert.False(TrickleFragment.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void WhatIsTooMuchIsNoFragment()
    {
        string begin = "a=ice-ufrag:abcd\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n";
        Assert.True(TrickleFragment.TryRead(Encoding.UTF8.GetBytes(begin), out _));
        Assert.False(TrickleFragment.TryRead(Encoding.UTF8.GetBytes(begin + string.Concat(Enumerable.Repeat("a=x\n", 300))), out _));
        Assert.False(TrickleFragment.TryRead(Encoding.UTF8.GetBytes(begin + "a=" + new string('x', TrickleFragment.Longest)), out _));
    }

    [Fact]
    public void CredentialsMayStandWithTheStreamAndLinesEndAsTheyLike()
    {
        var text = "m=audio 9 RTP/AVP 0\na=mid:video\na=end-of-candidates\nm=audio 9 RTP/AVP 0\na=mid:0\na=ice-ufrag:abcd\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\na=rtcp-mux\na=candidate:nonsense";
        Assert.True(TrickleFragment.TryRead(Encoding.UTF8.GetBytes(text), out var fragment));
        Assert.Equal(("abcd", 0, false), (fragment!.Of("0")!.Credentials.Ufrag, fragment.Of("0")!.Candidates.Count, fragment.Of("0")!.IsComplete));
        Assert.Null(fragment.Of("video"));
    }

    [Fact]
    public void MutatedFragmentsAreReadOrRefused()
    {
        var random = new Random(4711);
        var written = TrickleFragment.Write(Theirs.Credentials, "0", [Host("192.0.2.1").ToString(), Host("192.0.2.2").ToString()], isComplete: true);
        _ours.HandleOffer(Said(Theirs), out _);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. written];
            for (int n = random.Next(1, 6); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ours.HandleFragment(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out var news);
            Assert.True(news is null || news.Credentials == Theirs.Credentials);
        }
    }

    private string[] Fragment()
    {
        Assert.True(_ours.TryWriteFragment(out var fragment));
        return Encoding.UTF8.GetString(fragment).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private TrickleOutcome Take(IceCredentials whose, out IceDescription? news, params string[] hosts) => Take(whose, out news, end: false, hosts);

    private TrickleOutcome Take(IceCredentials whose, out IceDescription? news, bool end, params string[] hosts) =>
        _ours.HandleFragment(TrickleFragment.Write(whose, "0", hosts.Select(h => Host(h).ToString()), end), out news);

    private static IceCandidate Host(string address) => new()
    {
        Foundation = "1",
        Priority = 1,
        Address = TransportAddress.TryParse(address, 5004, out var parsed) ? parsed : default,
    };
}
