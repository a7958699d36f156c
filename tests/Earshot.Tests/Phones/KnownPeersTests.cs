// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Verification;

namespace Earshot.Tests.Phones;

/// <summary>The file of those who were called.</summary>
public sealed class KnownPeersTests : IDisposable
{
    private static readonly DateOnly Day = new(2026, 3, 1);

    private readonly string _folder = Directory.CreateTempSubdirectory("earshot-peers-").FullName;

    private string Identity => Path.Combine(_folder, "data", "identity.pem");

    private string PeersFile => Path.Combine(_folder, "data", "identity.peers");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhoWasReachedIsHeldToDtlsByEveryLaterPhone()
    {
        Note(Open(), "sip:bob@example.org", isReached: true);
        var later = Open();
        Assert.True(later.IsHeldToDtls("sip:bob@example.org"));
        Assert.True(later.IsHeldToDtls("SIPS:bob@Example.ORG:5061;transport=tls"));
        Assert.False(later.IsHeldToDtls("sip:bob@example.org:5070"));
        Assert.Null(later.PinOf("sip:bob@example.org")); // nobody has compared anything
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PeersFile));
    }

    [Fact]
    public void WhoOnlyCalledUsIsNotHeldToAnything()
    {
        Note(Open(), "sip:eve@example.org", isReached: false);
        Assert.False(Open().IsHeldToDtls("sip:eve@example.org"));
        Assert.NotNull(Open().Find("sip:eve@example.org"));
    }

    [Fact]
    public void OnlyTheStringThatWasReadIsConfirmed()
    {
        var peers = Open();
        Note(peers, "sip:bob@example.org", isReached: true, certificate: 1);
        var read = peers.Find("sip:bob@example.org")!;
        Note(Open(), "sip:bob@example.org", isReached: false, certificate: 2); // another process, another call
        Assert.False(peers.Confirm("sip:bob@example.org", read.Digits));
        Assert.Null(peers.PinOf("sip:bob@example.org"));
        Assert.True(peers.Confirm("sip:bob@example.org", peers.Find("sip:bob@example.org")!.Digits));
        Assert.Equal(Fingerprint.Of([2]), Open().PinOf("sip:bob@example.org"));
        Assert.True(Open().Find("sip:bob@example.org")!.IsConfirmed);
        Assert.True(peers.Forget("sip:bob@example.org"));
        Assert.Null(Open().PinOf("sip:bob@example.org"));
        Assert.False(Open().IsHeldToDtls("sip:bob@example.org"));
        Assert.False(peers.Forget("sip:bob@example.org"));
    }

    [Theory]
    [InlineData("sip:earshot@192.0.2.7:54321", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:198.51.100.9", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:bob@[2001:db8::7]:5070", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:bob@192.0.2.7:40000", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:bob@example.org", null)] // its address stays, and nobody has compared anything with it
    [InlineData("sip:bob@localhost:5070", null)]
    public void WhoIsNamedByAnIPAddressIsKnownByTheCertificate(string address, string? known)
    {
        Confirm("sip:bob@192.0.2.7:40000", certificate: 1);
        Confirm("sip:carol@example.org", certificate: 2);
        Assert.Equal(known, Open().ConfirmedAs(address, Fingerprint.Of([1])));
        Assert.Null(Open().ConfirmedAs("sip:192.0.2.1", Fingerprint.Of([2]))); // hers is for her address
        Assert.Null(Open().ConfirmedAs(address, Fingerprint.Of([3])));
    }

    [Theory]
    [InlineData("sip:bob@192.0.2.7:5999", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:bob@192.0.2.7", "sip:bob@192.0.2.7:40000")]
    [InlineData("sip:bob@192.0.2.8:40000", null)]
    [InlineData("sip:eve@192.0.2.7:40000", null)]
    public void WhoWasConfirmedAtAnIPAddressIsRememberedAtAnyPort(string address, string? known)
    {
        Confirm("sip:bob@192.0.2.7:40000", certificate: 1);
        Assert.Equal(known, Open().ConfirmedThere(address));
    }

    private void Confirm(string address, byte certificate)
    {
        Note(Open(), address, isReached: false, certificate);
        Assert.True(Open().Confirm(address, Open().Find(address)!.Digits));
    }

    [Fact]
    public async Task ManyWhoWriteAtOnceLoseNothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            var peers = Open();
            for (var j = 0; j < 10; j++) Note(peers, $"sip:{i}-{j}@example.org", isReached: true);
        })));
        Assert.Equal(80, Open().List().Count);
        Assert.Equal(["identity.peers", "identity.peers.lock"], Directory.GetFiles(Path.Combine(_folder, "data")).Select(Path.GetFileName).Order()); // nothing left lying about
    }

    [Theory]
    [InlineData("")]
    [InlineData("earshot known peers 1\n")]
    [InlineData("earshot known peers 2\nend 0\n")]
    [InlineData("earshot known peers 1\nend 1\n")]
    [InlineData("earshot known peers 1\nreached - 00 00 2026-03-01 sip:bob@example.org\nend 1\n")]
    public async Task ADamagedFileIsToldInOneLineAndNeverWrittenOver(string text)
    {
        var peers = Open();
        Note(peers, "sip:bob@example.org", isReached: true);
        Assert.True(peers.IsHeldToDtls("sip:bob@example.org"));
        File.WriteAllText(PeersFile, text);
        Assert.True(peers.IsHeldToDtls("sip:bob@example.org")); // what was read before holds on
        Assert.Throws<OwnersFileException>(() => Note(peers, "sip:carol@example.org", isReached: true));
        var told = Assert.Throws<PhoneException>(() => KnownPeers.Open(Identity));
        Assert.Contains(PeersFile, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', told.Message);
        var refused = await Assert.ThrowsAsync<PhoneException>(() => Phone.StartAsync(new PhoneOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Microphone = "silence",
            Speaker = "null",
            IdentityFile = Identity,
        }));
        Assert.Equal(told.Message, refused.Message);
        Assert.Equal(text, File.ReadAllText(PeersFile));
    }

    [Fact]
    public void AFileThatWasCutOrTurnedIsDamaged()
    {
        var whole = PeerTable.Empty.With(Record("sip:a@example.org", 1)).With(Record("sip:b@example.org", 2, isReached: true)).ToString();
        Assert.Equal(whole, PeerTable.Parse(whole)!.ToString());
        for (var length = 0; length < whole.Length; length++) Assert.Null(PeerTable.Parse(whole[..length]));
        Assert.Null(PeerTable.Parse(whole.Replace("sip:b@", "sip:a@", StringComparison.Ordinal))); // one twice
        Assert.Null(PeerTable.Parse(whole.Replace("reached", "Reached", StringComparison.Ordinal)));
    }

    [Fact]
    public void StrangersWhoCallTakeNobodysPlace()
    {
        var table = PeerTable.Empty.With(Record("sip:friend@example.org", 1, isConfirmed: true));
        for (var i = 1; i < PeerTable.Most; i++) table = table.With(Record($"sip:{i}@example.org", 1, isReached: true));
        Assert.Same(table, table.With(Record("sip:stranger@example.org", 2)));
        table = table.With(Record("sip:new@example.org", 2, isReached: true));
        Assert.Equal(PeerTable.Most, table.All.Count());
        Assert.NotNull(table.Find("sip:friend@example.org"));
        Assert.NotNull(table.Find("sip:new@example.org"));
        Assert.True(table.ToString().Length < PeerTable.LongestText);
    }

    [Theory]
    [InlineData("sip:bob@example.org", "sip:bob@example.org")]
    [InlineData(" SIPS:Bob@EXAMPLE.org:5061;transport=tls ", "sip:Bob@example.org")]
    [InlineData("sip:bob:secret@example.org:5070?subject=x", "sip:bob@example.org:5070")]
    [InlineData("sip:[2001:DB8::1]:5060", "sip:[2001:db8::1]")]
    [InlineData("sip:jürgen smith@example.org", "sip:j%C3%BCrgen%20smith@example.org")]
    [InlineData("sip:a\nb@example.org", "sip:a%0Ab@example.org")]
    [InlineData("sip:%62%6Fb@example.org.", "sip:bob@example.org")]
    [InlineData("sip:j%c3%bcrgen%20smith%40home@example.org", "sip:j%C3%BCrgen%20smith%40home@example.org")]
    [InlineData("sip:100%@example.org", "sip:100%@example.org")]
    [InlineData("sip:%4@example.org", "sip:%4@example.org")]
    public void AnAddressNamesAPersonAndNotTheWayThere(string uri, string address)
    {
        Assert.Equal(address, SipAddress.Of(uri));
        Assert.Equal(address, SipAddress.Of(address));
    }

    /// <summary>A stranger's From is what the stranger likes: whatever it is, the file can be read afterwards.</summary>
    [Fact]
    public void WhateverACallerCallsItselfTheFileStaysReadable()
    {
        var random = new Random(7);
        const string Letters = "sip:SIPS@:;?[]%.5060-\r\n\t end1 aZ\u00e9\0";
        var table = PeerTable.Empty;
        for (var i = 0; i < 2000; i++)
        {
            var uri = new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Letters[random.Next(Letters.Length)])]);
            if (SipAddress.Of(uri) is { Length: > 0 } address) table = table.With(Record(address, 1));
        }

        foreach (var uri in new[] { "sip:x@host:5060:5060", "sip:", "", "sip:@", "sip:a b@c", "sip:" + new string('x', 1000) })
            if (SipAddress.Of(uri) is { Length: > 0 } address) table = table.With(Record(address, 1));
        Assert.Equal(table.ToString(), PeerTable.Parse(table.ToString())!.ToString());
        var peers = Open();
        Note(peers, "", isReached: true);
        Note(peers, "sip:xyz@abc.invalid;transport=ws", isReached: true);
        Assert.Empty(Open().List());
    }

    private static PeerRecord Record(string address, byte certificate, bool isReached = false, bool isConfirmed = false)
    {
        var kept = PeerRecord.Kept(Fingerprint.Of([certificate]));
        return new(address, isReached, isConfirmed ? kept : null, kept, new string('A', 32), Day);
    }

    private static void Note(KnownPeers peers, string address, bool isReached, byte certificate = 1) =>
        peers.Note(address, isReached, Fingerprint.Of([certificate]), AuthenticationString.From(Convert.FromHexString($"{certificate:X32}")), Day);

    private KnownPeers Open() => KnownPeers.Open(Identity);
}
