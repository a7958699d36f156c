// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Stun;

/// <summary>A Binding server without credentials (RFC 8489 §6.3.1): tells a client the address it is seen at.</summary>
/// <remarks>Keeps nothing, allocates nothing. An answer is at most 36 bytes longer than its question, so it is no amplifier worth having.</remarks>
internal static class StunResponder
{
    private const int MaximumListed = 8;

    /// <summary>Answers a Binding request.</summary>
    /// <param name="request">A datagram.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="response">Room for the answer: 128 bytes do.</param>
    /// <param name="length">Bytes of the answer.</param>
    /// <returns>False when nothing is to be answered: no STUN, no request, a broken FINGERPRINT, another method.</returns>
    public static bool TryRespond(ReadOnlySpan<byte> request, in TransportAddress from, Span<byte> response, out int length)
    {
        length = 0;
        if (!StunMessage.TryParse(request, out var message) || message.Class != StunClass.Request || message.Method != StunMethod.Binding
            || (message.HasFingerprint && !message.IsFingerprintValid))
            return false;
        Span<ushort> unknown = stackalloc ushort[MaximumListed];
        int count = Math.Min(message.FindUnknown(unknown), MaximumListed);
        var writer = new StunWriter(response, StunMethod.Binding, count == 0 ? StunClass.Success : StunClass.Error, message.TransactionId);
        if (count == 0)
        {
            writer.AddXorAddress(StunAttribute.XorMappedAddress, from);
        }
        else
        {
            writer.AddError(420, "Unknown Attribute"u8);
            writer.AddUnknown(unknown[..count]);
        }

        if (message.HasFingerprint)
            writer.AddFingerprint();
        return writer.TryFinish(out length);
    }
}
