// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Protocol;

namespace Earshot;

/// <summary>The operating system's generator: keys, tags and nonces of a phone come from nowhere else.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class SystemRandomSource : IRandomSource
{
    public static readonly SystemRandomSource Instance = new();

    private SystemRandomSource()
    {
    }

    /// <inheritdoc/>
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);
}
