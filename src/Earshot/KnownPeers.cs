// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol.Sdp;
using Earshot.Verification;

namespace Earshot;

/// <summary>Somebody with whom keys were agreed by DTLS.</summary>
/// <param name="Address">Their SIP address, without scheme variants, parameters and usual ports.</param>
/// <param name="IsReached">We called them and agreed by DTLS: nothing less is tried any more.</param>
/// <param name="IsConfirmed">A person compared the authentication string: another certificate refuses the call.</param>
/// <param name="LastCall">The day of the last call.</param>
/// <param name="Words">The authentication string of the last call, 16 words.</param>
/// <param name="Digits">The same as 40 digits, in groups of five.</param>
public sealed record KnownPeer(string Address, bool IsReached, bool IsConfirmed, DateOnly LastCall, string Words, string Digits);

/// <summary>Who was reached by DTLS, and whose certificate a person has confirmed: a file beside the installation's own certificate, for its owner alone.</summary>
/// <remarks>
/// Thread: any; several processes may come at once. What others wrote is seen at the next look. A file that is damaged is never written over.
/// <code>
///   change ─► lock file ─► read anew ─► change ─► write beside, rename over       look ─► read anew
/// </code>
/// </remarks>
public sealed class KnownPeers
{
    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(3);
    private const string Remedy = "Restore it, or delete it: contacts that you confirmed are to be confirmed again then";

    private readonly string _path;
    private readonly Lock _gate = new();
    private volatile PeerTable _table;

    internal KnownPeers(string path)
    {
        _path = path;
        _table = Read();
    }

    /// <summary>Opens the file beside a certificate's.</summary>
    /// <param name="identityFile">As <see cref="PhoneOptions.IdentityFile"/>; null for the usual one.</param>
    /// <exception cref="PhoneException">It is damaged, others may read it, or there is no home folder; the message says what to do.</exception>
    public static KnownPeers Open(string? identityFile = null)
    {
        var identity = identityFile ?? Identities.UsualFile(Environment.GetEnvironmentVariable)
            ?? throw new PhoneException("no home folder: nothing is kept of those who were called");
        try
        {
            return new KnownPeers(FileBeside(identity));
        }
        catch (OwnersFileException wrong)
        {
            throw new PhoneException(wrong.Message, Remedy + ".", wrong);
        }
    }

    /// <summary>Everybody who is known, by address.</summary>
    /// <exception cref="PhoneException">The file is damaged; the message says what to do.</exception>
    public IReadOnlyList<KnownPeer> List() => [.. Told(Read).All.Select(Shown)];

    /// <summary>Somebody by their SIP address; null for who is not known.</summary>
    /// <exception cref="PhoneException">The file is damaged; the message says what to do.</exception>
    public KnownPeer? Find(string address) => Told(Read).Find(SipAddress.Of(address)) is { } peer ? Shown(peer) : null;

    /// <summary>A person says that both sides read the same: the certificate of the last call is theirs from now on, and another one refuses the call.</summary>
    /// <param name="address">Their SIP address.</param>
    /// <param name="digits">What was compared, <see cref="KnownPeer.Digits"/>.</param>
    /// <returns>False when the last call had another string, or there was none.</returns>
    /// <exception cref="PhoneException">The file cannot be written; the message says why.</exception>
    public bool Confirm(string address, string digits)
    {
        var done = false;
        Told(() => Change(table =>
        {
            if (table.Find(SipAddress.Of(address)) is not { } peer || Shown(peer).Digits != digits) return table;
            done = true;
            return table.With(peer with { Confirmed = peer.Last });
        }));
        return done;
    }

    /// <summary>Nothing is known of somebody any more: neither their certificate nor that they speak DTLS.</summary>
    /// <param name="address">Their SIP address.</param>
    /// <returns>False when nothing was.</returns>
    /// <exception cref="PhoneException">The file cannot be written; the message says why.</exception>
    public bool Forget(string address)
    {
        var known = false;
        Told(() => Change(table =>
        {
            known = table.Find(SipAddress.Of(address)) is not null;
            return table.Without(SipAddress.Of(address));
        }));
        return known;
    }

    /// <summary>Where they are kept of who has this certificate.</summary>
    internal static string FileBeside(string identityFile) => Path.ChangeExtension(identityFile, ".peers");

    /// <summary>The certificate that alone is theirs; null when none was confirmed.</summary>
    internal Fingerprint? PinOf(string address) => Look().Find(SipAddress.Of(address)) is { Confirmed: { } confirmed }
        ? Fingerprint.TryParse(System.Text.Encoding.ASCII.GetBytes("sha-256 " + string.Join(':', confirmed.Chunk(2).Select(pair => new string(pair)))), out var pin) ? pin : null
        : null;

    /// <summary>As whom a person has confirmed this certificate: this contact, or where it is named by its IP address alone, whoever else is, for such an address is one of the moment.</summary>
    /// <returns>The contact's address; null for nobody.</returns>
    internal string? ConfirmedAs(string address, Fingerprint shown)
    {
        var (who, kept, table) = (SipAddress.Of(address), PeerRecord.Kept(shown), Look());
        if (table.Find(who) is { } peer && peer.Confirmed == kept) return who;
        return SipAddress.WithoutPort(who) is null ? null
            : table.All.FirstOrDefault(known => known.Confirmed == kept && SipAddress.WithoutPort(known.Address) is not null)?.Address;
    }

    /// <summary>Somebody confirmed who was at this IP address under this name, at whatever port; null for nobody.</summary>
    internal string? ConfirmedThere(string address) => SipAddress.WithoutPort(SipAddress.Of(address)) is not { } there ? null
        : Look().All.FirstOrDefault(known => known.Confirmed is not null && SipAddress.WithoutPort(known.Address) == there)?.Address;

    /// <summary>True when nothing less than DTLS is tried with them.</summary>
    internal bool IsHeldToDtls(string address) => Look().Find(SipAddress.Of(address)) is { } peer && (peer.IsReached || peer.Confirmed is not null);

    /// <summary>Keys were agreed.</summary>
    /// <exception cref="OwnersFileException">It cannot be kept.</exception>
    internal void Note(string address, bool isReached, Fingerprint certificate, AuthenticationString text, DateOnly day)
    {
        // A page's address of this one connection (RFC 7118) is nobody's the next time.
        if (SipAddress.Of(address) is not { Length: > 0 } who || who.EndsWith(".invalid", StringComparison.Ordinal)) return;
        Change(table =>
        {
            var before = table.Find(who);
            return table.With(new(who, isReached || before is { IsReached: true }, before?.Confirmed, PeerRecord.Kept(certificate), Convert.ToHexString(text.Value), day));
        });
    }

    /// <summary>A person has compared the string of a call that is theirs to see.</summary>
    /// <exception cref="OwnersFileException">It cannot be kept.</exception>
    internal void ConfirmCertificate(string address, Fingerprint certificate, AuthenticationString text, DateOnly day)
    {
        if (SipAddress.Of(address) is not { Length: > 0 } who) throw new OwnersFileException("this contact's address is too long to be kept");
        var kept = PeerRecord.Kept(certificate);
        var after = Change(table => table.With(new(who, table.Find(who) is { IsReached: true }, kept, kept, Convert.ToHexString(text.Value), day)));
        if (after.Find(who)?.Confirmed != kept) throw new OwnersFileException($"{_path} holds {PeerTable.Most} confirmed contacts already: forget one with earshot verify --forget");
    }

    private static KnownPeer Shown(PeerRecord peer)
    {
        var text = AuthenticationString.From(Convert.FromHexString(peer.Text));
        return new(peer.Address, peer.IsReached, peer.Confirmed is not null, peer.Day, text.ToString(), text.DigitsText);
    }

    private static T Told<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OwnersFileException wrong)
        {
            throw new PhoneException(wrong.Message, Remedy + ".", wrong);
        }
    }

    // A file that was damaged while we run: what was read of it before holds on.
    private PeerTable Look()
    {
        try
        {
            return _table = Read();
        }
        catch (OwnersFileException)
        {
            return _table;
        }
    }

    // What strangers name themselves is in it: it is never to become a file that we ourselves would call damaged.
    private string Readable(PeerTable table) =>
        table.ToString() is var text && PeerTable.Parse(text) is not null ? text : throw new OwnersFileException($"{_path} cannot hold this contact");

    private PeerTable Read() => !OwnersFile.TryRead(_path, out var text, PeerTable.LongestText, Remedy) ? PeerTable.Empty
        : PeerTable.Parse(text) ?? throw new OwnersFileException($"{_path} is damaged. {Remedy}");

    private PeerTable Change(Func<PeerTable, PeerTable> change)
    {
        lock (_gate)
        {
            using var alone = OwnersFile.Lock(_path + ".lock", LockLimit);
            var before = Read();
            var after = change(before);
            if (after != before) OwnersFile.Replace(_path, Readable(after));
            return _table = after;
        }
    }
}
