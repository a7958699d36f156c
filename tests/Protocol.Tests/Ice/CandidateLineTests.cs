// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Sdp;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Ice;

public sealed class CandidateLineTests
{
    [Theory]
    [InlineData("candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host")]
    [InlineData("candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998")]
    [InlineData("candidate:3 2 UDP 1 2001:db8::1 9 typ relay raddr 192.0.2.3 rport 45664")]
    [InlineData("candidate:4 1 TCP 2105458943 192.0.2.1 9 typ host tcptype active")]
    [InlineData("candidate:5 1 TCP 2105458943 192.0.2.1 443 typ srflx raddr 10.0.0.1 rport 443 tcptype passive")]
    [InlineData("candidate:6 1 UDP 2113937151 bdf2a43c-1b7d-4f61-bf4c-37dd5d9a5bb8.local 54321 typ host generation 0 network-cost 999")]
    [InlineData("candidate:a+/9 1 UDP 5 host.example.org 1 typ prflx raddr 0.0.0.0 rport 9 ufrag abcd")]
    public void LinesGoThereAndBack(string line)
    {
        Assert.True(CandidateLine.TryParse(line, out var candidate));
        Assert.Equal(line, candidate!.ToString());
        Assert.True(CandidateLine.TryParse(line.AsSpan("candidate:".Length), out var bare));
        Assert.Equal(candidate, bare);
    }

    [Fact]
    public void ABrowsersLineIsRead()
    {
        Assert.True(CandidateLine.TryParse(
            "candidate:842163049 1 udp 1677729535 198.51.100.77 46154 typ srflx raddr 10.0.0.17 rport 46154 generation 0 ufrag EEtu network-id 3 network-cost 10",
            out var candidate));
        Assert.Equal(CandidateKind.ServerReflexive, candidate!.Kind);
        Assert.Equal(CandidateTransport.Udp, candidate.Transport);
        Assert.Equal(IceWorld.Address("10.0.0.17", 46154), candidate.Related);
        Assert.Equal("generation 0 ufrag EEtu network-id 3 network-cost 10", candidate.Extensions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("candidate:")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 5 typ")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 5 typ elsewhere")]
    [InlineData("candidate:1 1 SCTP 1 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 1 TCP 1 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 0 UDP 1 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 257 UDP 1 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 1 UDP 4294967296 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 65536 typ host")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 -5 typ host")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.999 5 typ host")]
    [InlineData("candidate:1 1 UDP 1 0x7f.1 5 typ host")]
    [InlineData("candidate:1 1 UDP 1 a/b 5 typ host")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 5 typ host generation")]
    [InlineData("candidate:12345678901234567890123456789012_ 1 UDP 1 192.0.2.1 5 typ host")]
    [InlineData("candidate:1 1 UDP 1 192.0.2.1 5 typ host x y\r\na=b")]
    public void OtherLinesAreRefused(string line) => Assert.False(CandidateLine.TryParse(line, out _));

    [Fact]
    public void PrioritiesAreThoseOfTheFormula()
    {
        Assert.Equal(2130706431u, CandidatePriority.Of(CandidateKind.Host, CandidateTransport.Udp, 0, 1));
        Assert.Equal(1694498815u, CandidatePriority.Of(CandidateKind.ServerReflexive, CandidateTransport.Udp, 0, 1));
        Assert.Equal(16777215u - 256, CandidatePriority.Of(CandidateKind.Relayed, CandidateTransport.Udp, 1, 1));
        Assert.Equal(110u, CandidatePriority.AsPeerReflexive(2130706431) >> 24);
        Assert.Equal((3ul << 32) + 10 + 1, CandidatePriority.OfPair(5, 3, isControlling: true));
        Assert.Equal((3ul << 32) + 10, CandidatePriority.OfPair(5, 3, isControlling: false));
        Assert.True(CandidatePriority.Of(CandidateKind.Host, CandidateTransport.TcpActive, 0, 1) < CandidatePriority.Of(CandidateKind.ServerReflexive, CandidateTransport.Udp, 9, 1));
    }

    [Fact]
    public void ARelayReachedByDatagramsIsPreferredToAnyReachedByAConnection()
    {
        var local = new LocalCandidates(1);
        TransportAddress Relayed(int port) => IceWorld.Address("203.0.113.9", port);
        uint Priority(int port, string server, bool isByConnection) =>
            local.Add(CandidateKind.Relayed, Relayed(port), Relayed(port), default, CandidateTransport.Udp, IceWorld.Address(server, 3478), isByConnection)!.Priority;
        uint tls = Priority(50000, "203.0.113.9", isByConnection: true), same = Priority(50001, "203.0.113.9", isByConnection: false), other = Priority(50002, "203.0.113.77", isByConnection: false);
        Assert.True(same > other && other > tls);
        Assert.Equal((0u, 0u), (tls >> 24, other >> 24));
    }

    [Fact]
    public void CandidatesOfOneKindInterfaceAndServerShareAFoundation()
    {
        var local = new LocalCandidates(1);
        var (a, b, server) = (IceWorld.Address("10.0.0.1", 5000), IceWorld.Address("10.0.0.2", 5000), IceWorld.Address("192.0.2.1", 3478));
        var host = local.Add(CandidateKind.Host, a, a, default, CandidateTransport.Udp, default)!;
        var other = local.Add(CandidateKind.Host, b, b, default, CandidateTransport.Udp, default)!;
        var reflexive = local.Add(CandidateKind.ServerReflexive, server.WithPort(9), a, a, CandidateTransport.Udp, server)!;
        var second = local.Add(CandidateKind.ServerReflexive, server.WithPort(10), a.WithPort(5001), a, CandidateTransport.Udp, server)!;
        Assert.NotEqual(host.Foundation, other.Foundation);
        Assert.NotEqual(host.Foundation, reflexive.Foundation);
        Assert.Equal(reflexive.Foundation, second.Foundation);
        Assert.True(host.Priority > other.Priority && other.Priority > reflexive.Priority);
        // No NAT: the server saw the host's own address.
        Assert.Null(local.Add(CandidateKind.ServerReflexive, a, a, a, CandidateTransport.Udp, server));
    }

    [Fact]
    public void ADescriptionIsReadFromItsMediaSectionAndItsSession()
    {
        const string text = """
            v=0
            o=- 1 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            a=ice-lite
            a=ice-options:trickle ice2
            a=ice-ufrag:sess
            a=ice-pwd:0123456789012345678901
            m=audio 5004 RTP/AVP 0
            a=ice-ufrag:F7gI
            a=ice-pwd:x9cml/YzichV2+XlhiMu8g
            a=ice-pacing:20
            a=candidate:1 1 UDP 2130706431 203.0.113.141 8998 typ host
            a=candidate:nonsense
            a=end-of-candidates

            """;
        Assert.True(SessionDescription.TryParse(SipVectors.Bytes(text), out var session, out _));
        var ice = IceDescription.Read(session!, session!.Media[0])!;
        Assert.Equal(new IceCredentials("F7gI", "x9cml/YzichV2+XlhiMu8g"), ice.Credentials);
        Assert.True(ice.IsLite && ice.IsTrickling && ice.IsComplete && !ice.OffersRenomination);
        Assert.Equal(TimeSpan.FromMilliseconds(20), ice.Pacing);
        Assert.Single(ice.Candidates);
        Assert.Equal(ice.ToAttributes(), IceDescription.Read(ice.ToAttributes().Select(a => "a=" + a))!.ToAttributes());
    }

    [Theory]
    [InlineData("abc", "0123456789012345678901")]
    [InlineData("abcd", "012345678901234567890")]
    [InlineData("ab:d", "0123456789012345678901")]
    [InlineData("abcd", "0123456789 012345678901")]
    public void UnusableCredentialsAreNone(string ufrag, string password) =>
        Assert.Null(IceDescription.Read([$"ice-ufrag:{ufrag}", $"ice-pwd:{password}"]));

    [Fact]
    public void DrawnCredentialsAreValidAndNotTheSame()
    {
        var random = new SeededRandom(9);
        var drawn = Enumerable.Range(0, 100).Select(_ => IceCredentials.Draw(random)).ToList();
        Assert.All(drawn, c => Assert.True(c.IsValid));
        Assert.Equal(100, drawn.Distinct().Count());
        Assert.DoesNotContain(drawn[0].Password, drawn[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void RandomLinesAreReadOrRefused()
    {
        var random = new Random(FuzzSeed.Or(8839));
        const string seed = "candidate:6 1 TCP 2113937151 bdf2.local 54321 typ srflx raddr 10.0.0.1 rport 443 tcptype passive generation 0";
        const string alphabet = " :.0123456789abcdeflostyph\0\r\n\u00e9%[]";
        int read = 0;
        for (int round = 0; round < 60_000; round++)
        {
            var line = new StringBuilder(seed);
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                int at = random.Next(line.Length);
                switch (random.Next(3))
                {
                    case 0: line[at] = alphabet[random.Next(alphabet.Length)]; break;
                    case 1: line.Remove(at, Math.Min(random.Next(1, 12), line.Length - at)).Append('x'); break;
                    default: line.Insert(at, alphabet[random.Next(alphabet.Length)]); break;
                }
            }

            if (!CandidateLine.TryParse(line.ToString(), out var candidate))
                continue;
            read++;
            Assert.True(CandidateLine.TryParse(candidate!.ToString(), out var again));
            Assert.Equal(candidate, again);
        }

        Assert.InRange(read, 1000, 59_000);
    }
}
