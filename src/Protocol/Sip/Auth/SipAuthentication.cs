// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>An account's password and what its servers asked for so far: answers challenges, and says the answer at once the next time (RFC 3261 §22).</summary>
/// <remarks>
/// A digest lets whoever receives it try passwords at leisure, so strangers get none: a realm is answered that the account's own registrar or its domain
/// names, or that the user allowed; whoever else challenges a call of ours is refused, as without a password.
/// Thread: signalling.
/// </remarks>
internal sealed class SipAuthentication
{
    /// <summary>Challenges that are answered in one request. A registrar and two proxies with old nonces need four.</summary>
    public const int MaxRounds = 4;

    private const int MaxKnown = 8;

    private readonly SipCredentials _credentials;
    private readonly HashSet<string> _realms;
    private readonly Dictionary<(string Realm, bool IsProxy, bool IsRegister), Known> _known = [];

    /// <summary>Knows no challenge yet.</summary>
    /// <param name="credentials">Name and password.</param>
    /// <param name="realms">Who may ask: the account's domain, and more if the user allows more.</param>
    public SipAuthentication(SipCredentials credentials, params ReadOnlySpan<string> realms)
    {
        _credentials = credentials;
        _realms = new([.. realms], StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Takes the challenges of a 401 or 407.</summary>
    /// <param name="response">The response.</param>
    /// <param name="method">The method of the request.</param>
    /// <param name="answered">The realms that were answered in this request: kept by it, added to here.</param>
    /// <param name="nextCnonce">A random text.</param>
    /// <returns>False when the request is not to be repeated: nobody asks whom we may answer, or what was answered was wrong.</returns>
    public bool TryTake(SipMessage response, SipMethod method, HashSet<string> answered, Func<string> nextCnonce)
    {
        bool isNew = false;
        foreach (bool isProxy in (ReadOnlySpan<bool>)[false, true])
        {
            var header = isProxy ? SipHeader.ProxyAuthenticate : SipHeader.WwwAuthenticate;
            HashSet<string> seen = [];
            for (int line = response.FirstLine(header); line >= 0; line = response.NextLine(line))
            {
                // The first of a realm that we know is the one it likes best (RFC 8760 §2.4).
                if (!DigestChallenge.TryParse(response.Line(line).Value, out var challenge) || !MayAnswer(challenge.Realm, method) || !seen.Add(challenge.Realm))
                    continue;
                string asked = $"{isProxy} {challenge.Realm}";
                if (!answered.Add(asked) && !challenge.IsStale)
                    return false;
                Keep((challenge.Realm, isProxy, method == SipMethod.Register), new(challenge, nextCnonce()));
                isNew = true;
            }
        }

        return isNew;
    }

    /// <summary>The header fields that answer what was asked so far: a registrar's for REGISTER alone, proxies' for the rest.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Answer(SipMethod method, string uri, ReadOnlySpan<byte> body, IReadOnlySet<string> answered)
    {
        List<KeyValuePair<string, string>> headers = [];
        foreach (var ((realm, isProxy, isRegister), known) in _known)
        {
            // What an end asks for is answered when it asks: another end is not told beforehand.
            bool isWanted = isRegister == (method == SipMethod.Register) && (isProxy || isRegister || answered.Contains($"{isProxy} {realm}"));
            if (!isWanted)
                continue;
            string value = DigestResponse.Write(known.Challenge, _credentials, Encoding.ASCII.GetString(method.Name()), uri, body, known.Cnonce, ++known.Count);
            headers.Add(new(isProxy ? "Proxy-Authorization" : "Authorization", value));
        }

        return headers;
    }

    private bool MayAnswer(string realm, SipMethod method)
    {
        if (method == SipMethod.Register)
            _realms.Add(realm);
        return _realms.Contains(realm);
    }

    private void Keep((string Realm, bool IsProxy, bool IsRegister) key, Known known)
    {
        if (_known.Count >= MaxKnown && !_known.ContainsKey(key))
            _known.Clear();
        _known[key] = known;
    }

    private sealed class Known(DigestChallenge challenge, string cnonce)
    {
        public DigestChallenge Challenge { get; } = challenge;

        public string Cnonce { get; } = cnonce;

        public uint Count { get; set; }
    }
}
