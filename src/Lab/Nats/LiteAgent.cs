// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Ice;
using Earshot.Protocol.Stun;

namespace Earshot.Lab.Nats;

/// <summary>The least that ICE asks of a gateway with a public address (RFC 8445 §2.5): checks are answered, and who nominates decides.</summary>
/// <remarks>Thread: one.</remarks>
/// <param name="credentials">Ours.</param>
internal sealed class LiteAgent(IceCredentials credentials) : IDisposable
{
    private readonly StunKey _key = StunKey.ShortTerm(credentials.Password);

    /// <summary>Ours.</summary>
    public IceCredentials Credentials => credentials;

    /// <summary>Where packets go; none before something is nominated.</summary>
    public TransportAddress Target { get; private set; }

    /// <summary>Answers a check.</summary>
    /// <returns>False when it is none, or not authentic.</returns>
    public bool TryAnswer(ReadOnlySpan<byte> packet, in TransportAddress from, Span<byte> answer, out int length)
    {
        length = 0;
        if (!StunMessage.TryParse(packet, out var message) || message.Class != StunClass.Request || !message.IsSha1Valid(_key))
            return false;
        if (message.Has(StunAttribute.UseCandidate))
            Target = from;
        var writer = new StunWriter(answer, StunMethod.Binding, StunClass.Success, message.TransactionId);
        writer.AddXorAddress(StunAttribute.XorMappedAddress, from);
        writer.AddSha1(_key);
        writer.AddFingerprint();
        return writer.TryFinish(out length);
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
