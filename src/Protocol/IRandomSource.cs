// SPDX-License-Identifier: MIT
namespace Earshot.Protocol;

/// <summary>Randomness, injected: the operating system's generator in a phone, a seeded one in the lab.</summary>
/// <remarks>Implementations must be safe to call from several threads.</remarks>
public interface IRandomSource
{
    /// <summary>Fills <paramref name="bytes"/> with random bytes.</summary>
    void Fill(Span<byte> bytes);
}
