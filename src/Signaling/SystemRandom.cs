// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol;

namespace Earshot.Signaling;

/// <summary>The operating system's generator.</summary>
internal sealed class SystemRandom : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
