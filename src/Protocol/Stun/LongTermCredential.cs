// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>What a challenge leads to.</summary>
internal enum ChallengeOutcome : byte
{
    /// <summary>Ask again, in a new transaction.</summary>
    Retry,

    /// <summary>The server does not take name and password.</summary>
    Rejected,

    /// <summary>Malformed, too long, or a wish for algorithms that are not spoken here.</summary>
    Unusable,

    /// <summary>The nonce promises password algorithms, and somebody took the list away (RFC 8489 §9.2.5).</summary>
    BidDown,
}

/// <summary>What a response is worth.</summary>
internal enum ResponseTrust : byte
{
    /// <summary>Its integrity fits, or none was asked for.</summary>
    Trusted,

    /// <summary>As if it had never come: a forgery, or a relic.</summary>
    Ignored,
}

/// <summary>A client's side of the long-term credential mechanism (RFC 8489 §9.2): first no credentials, then what the challenge asks for.</summary>
/// <remarks>
/// <code>
///   request ──► 401 realm, nonce [algorithms] ──► request with name, realm, nonce [algorithms, algorithm], integrity ──► success
///                                                   ▲  438 new nonce ┘
/// </code>
/// Thread: its owner's.
/// </remarks>
internal sealed class LongTermCredential(string username, string password) : IDisposable
{
    // RFC 8489 §14.9, §14.10: fewer than 128 characters, at most 763 bytes.
    private const int LongestText = 763;
    private const int LongestList = 128;

    // A server that finds every nonce stale would keep us busy for ever; one that rotates them does so once in minutes.
    private const int MaximumStaleInARow = 3;

    private byte[] _realm = [];
    private byte[] _nonce = [];
    private byte[] _list = [];
    private byte[] _userHash = [];
    private PasswordAlgorithm _algorithm;
    private bool _isAnonymous;
    private StunKey? _key;
    private int _staleInARow;

    /// <summary>True once requests carry credentials.</summary>
    public bool IsActive => _key is not null;

    /// <summary>True when integrity is SHA-256 alone: the server listed algorithms.</summary>
    public bool UsesSha256 => _list.Length > 0;

    /// <summary>Counts the challenges taken: a request signed under an older one is merely to be signed again.</summary>
    public int Version { get; private set; }

    /// <summary>The server's realm, once it has challenged us.</summary>
    public string Realm => System.Text.Encoding.UTF8.GetString(_realm);

    /// <summary>Adds credentials and integrity to a request, when the server has asked for them.</summary>
    public void Sign(ref StunWriter writer)
    {
        if (_key is null)
            return;
        if (_isAnonymous) writer.Add(StunAttribute.UserHash, _userHash);
        else writer.AddText(StunAttribute.Username, OpaqueString.Prepare(username));
        writer.Add(StunAttribute.Realm, _realm);
        writer.Add(StunAttribute.Nonce, _nonce);
        if (!UsesSha256)
        {
            writer.AddSha1(_key);
            return;
        }

        writer.Add(StunAttribute.PasswordAlgorithms, _list);
        writer.AddUInt32(StunAttribute.PasswordAlgorithm, (uint)_algorithm << 16);
        writer.AddSha256(_key);
    }

    /// <summary>Judges a response to a request of ours that carried credentials, or did not.</summary>
    /// <param name="response">A success or an error.</param>
    /// <param name="wasSigned">Did the request carry credentials?</param>
    public ResponseTrust Judge(in StunMessage response, bool wasSigned)
    {
        bool isChallenge = response.TryGetError(out int code, out _) && code is 401 or 438;
        // An unsigned 401 or 438 is how servers challenge; it changes nothing but the nonce, and the next answer must be signed.
        if (isChallenge && !response.HasSha1 && !response.HasSha256)
            return ResponseTrust.Trusted;
        if (!isChallenge && response.TryGet(StunAttribute.Nonce, out var nonce)
            && (NonceCookie.Read(nonce) & SecurityFeatures.PasswordAlgorithms) != 0 && !response.Has(StunAttribute.PasswordAlgorithms))
            return ResponseTrust.Ignored;
        if (!wasSigned || _key is null)
            return ResponseTrust.Trusted;
        bool isValid = UsesSha256 ? response.IsSha256Valid(_key) : response.IsSha1Valid(_key);
        return isValid || isChallenge ? ResponseTrust.Trusted : ResponseTrust.Ignored;
    }

    /// <summary>Note that the server took our credentials.</summary>
    public void NoteSuccess() => _staleInARow = 0;

    /// <summary>Takes a 401 or 438.</summary>
    public ChallengeOutcome HandleChallenge(in StunMessage response, bool wasSigned)
    {
        response.TryGetError(out int code, out _);
        if (!response.TryGet(StunAttribute.Nonce, out var nonce) || nonce.IsEmpty || nonce.Length > LongestText)
            return ChallengeOutcome.Unusable;
        if (!response.TryGet(StunAttribute.Realm, out var realm) && code == 438)
            realm = _realm;
        if (realm.IsEmpty || realm.Length > LongestText)
            return ChallengeOutcome.Unusable;
        bool isListed = response.TryGet(StunAttribute.PasswordAlgorithms, out var list);
        var features = NonceCookie.Read(nonce);
        if ((features & SecurityFeatures.PasswordAlgorithms) != 0 && !isListed)
            return ChallengeOutcome.BidDown;
        // Once listed, always listed: a later challenge without the list is somebody else's.
        if (UsesSha256 && !isListed)
            return ChallengeOutcome.BidDown;
        var algorithm = PasswordAlgorithm.Md5;
        if (isListed && (list.Length is 0 or > LongestList || !PasswordAlgorithmList.TryPick(list, out algorithm) || algorithm == PasswordAlgorithm.None))
            return ChallengeOutcome.Unusable;
        if (code == 401 && wasSigned && realm.SequenceEqual(_realm) && algorithm == _algorithm)
            return ChallengeOutcome.Rejected;
        if (code == 438 && ++_staleInARow > MaximumStaleInARow)
            return ChallengeOutcome.Rejected;
        Adopt(realm, nonce, list, algorithm, (features & SecurityFeatures.UsernameAnonymity) != 0);
        return ChallengeOutcome.Retry;
    }

    /// <inheritdoc/>
    public void Dispose() => _key?.Dispose();

    private void Adopt(ReadOnlySpan<byte> realm, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> list, PasswordAlgorithm algorithm, bool isAnonymous)
    {
        Version++;
        _nonce = nonce.ToArray();
        _list = list.ToArray();
        _isAnonymous = isAnonymous;
        if (_key is not null && realm.SequenceEqual(_realm) && algorithm == _algorithm)
            return;
        _realm = realm.ToArray();
        _algorithm = algorithm;
        _userHash = StunKey.UserHash(username, Realm);
        _key?.Dispose();
        _key = algorithm == PasswordAlgorithm.Sha256 ? StunKey.LongTermSha256(username, Realm, password) : StunKey.LongTermMd5(username, Realm, password);
    }
}
