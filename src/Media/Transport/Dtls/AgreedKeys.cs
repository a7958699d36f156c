// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Transport.Dtls;

/// <summary>A call's keys by DTLS, where the worker finds them: none, until a handshake has proven who the peer is.</summary>
/// <remarks>Thread: worker. Real-time but for <see cref="Take"/>.</remarks>
internal sealed class AgreedKeys : IDisposable
{
    private AgreedKeys()
    {
    }

    /// <summary>Protects what we send; null before there are keys.</summary>
    public SrtpContext? Outbound { get; private set; }

    /// <summary>Opens what comes: nothing before there are keys.</summary>
    public InboundContexts Inbound { get; } = new();

    /// <summary>A call that has none yet.</summary>
    public static AgreedKeys None() => new();

    /// <summary>Takes newer keys; those of an epoch that is known, or older, are disposed of.</summary>
    /// <returns>False when they were not newer.</returns>
    public bool Take(Instant now, DtlsContexts contexts)
    {
        bool isNewer = contexts.Epoch > Inbound.Epoch;
        Inbound.Take(now, contexts.Epoch, contexts.Inbound);
        var unused = isNewer ? Outbound : contexts.Outbound;
        Outbound = isNewer ? contexts.Outbound : Outbound;
        unused?.Dispose();
        return isNewer;
    }

    /// <summary>Erases all keys.</summary>
    public void Dispose()
    {
        Outbound?.Dispose();
        Outbound = null;
        Inbound.Dispose();
    }
}
