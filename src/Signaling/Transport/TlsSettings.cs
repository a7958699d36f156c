// SPDX-License-Identifier: MIT
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Signaling.Transport;

/// <summary>Whom we trust, and who we are, in TLS.</summary>
internal sealed record TlsSettings
{
    /// <summary>Shown to peers that connect to us; null refuses them.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates between ours and its root.</summary>
    public X509Certificate2Collection Chain { get; init; } = [];

    /// <summary>Roots besides the system's; empty for the system's alone.</summary>
    public X509Certificate2Collection Roots { get; init; } = [];
}
