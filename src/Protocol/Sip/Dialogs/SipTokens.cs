// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>Unguessable identifiers from the injected randomness (RFC 3261 §19.3, §8.1.1.7).</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class SipTokens
{
    private readonly IRandomSource _random;
    private readonly ulong _secret;

    /// <summary>Draws the secret of stateless tags.</summary>
    public SipTokens(IRandomSource random)
    {
        _random = random;
        Span<byte> secret = stackalloc byte[8];
        random.Fill(secret);
        _secret = BitConverter.ToUInt64(secret);
    }

    /// <summary>A tag: 64 random bits.</summary>
    public string Tag() => Hex(8);

    /// <summary>A branch with RFC 3261's cookie.</summary>
    public string Branch() => "z9hG4bK" + Hex(11);

    /// <summary>A Call-ID: 96 random bits, no address in it.</summary>
    public string CallId() => Hex(12);

    /// <summary>A first CSeq number, below 2³¹ with room to count.</summary>
    public uint FirstCSeq()
    {
        Span<byte> bytes = stackalloc byte[2];
        _random.Fill(bytes);
        return 1u + BitConverter.ToUInt16(bytes);
    }

    /// <summary>Between 0 and 10 seconds (RFC 3261 §14.2).</summary>
    public int RetryAfter()
    {
        Span<byte> one = stackalloc byte[1];
        _random.Fill(one);
        return one[0] % 11;
    }

    /// <summary>From 0 to 1.</summary>
    public double Unit()
    {
        Span<byte> bytes = stackalloc byte[2];
        _random.Fill(bytes);
        return BitConverter.ToUInt16(bytes) / (double)ushort.MaxValue;
    }

    /// <summary>The tag of a stateless response: the same each time the same request comes (§8.2.7).</summary>
    public string StatelessTag(SipMessage request)
    {
        var hash = 14695981039346656037 ^ _secret;
        request.TryGetTopVia(out var via);
        foreach (var b in request.CallId) hash = (hash ^ b) * 1099511628211;
        foreach (var b in via.Branch) hash = (hash ^ b) * 1099511628211;
        return hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }

    private string Hex(int count)
    {
        Span<byte> bytes = stackalloc byte[count];
        _random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
