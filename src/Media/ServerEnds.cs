// SPDX-License-Identifier: MIT
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Earshot.Protocol;

namespace Earshot.Media;

/// <summary>What became of the servers that were named, each once: a relay is asked through each network, and each says the same.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class ServerEnds
{
    private static readonly TimeSpan Same = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<ServerEnd> _untold = [];
    private readonly Dictionary<ServerEnd, Instant> _toldAt = [];

    /// <summary>A server is not there, or not any more.</summary>
    /// <returns>False when the same was said a moment ago.</returns>
    public bool Add(Instant now, ServerEnd end)
    {
        lock (_toldAt)
        {
            if (_toldAt.TryGetValue(end, out var at) && now - at < Same)
                return false;
            _toldAt[end] = now;
        }

        _untold.Enqueue(end);
        return true;
    }

    /// <summary>The next that is to be told.</summary>
    public bool TryTake([NotNullWhen(true)] out ServerEnd? end) => _untold.TryDequeue(out end);
}
