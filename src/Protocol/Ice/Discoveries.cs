// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>The checks that made addresses of the peer known: somebody who sends copies of one from everywhere fills no list.</summary>
/// <remarks>
/// A peer draws a number for each check and source (RFC 8489 §6.2.1), so of two sources of one number one is not the peer: which, nobody can say, and a copy may
/// overtake what it copies. So two are believed, and no third. Thread: its agent's. No allocation.
/// </remarks>
internal sealed class Discoveries
{
    /// <summary>Sources that one check may make known.</summary>
    public const int MostSources = 2;

    private const int Remembered = 32;
    private readonly TransactionId[] _ids = new TransactionId[Remembered];
    private readonly int[] _sources = new int[Remembered];
    private int _next;

    /// <summary>May this check make its source known? Asked once for each.</summary>
    public bool TryTake(in TransactionId id)
    {
        int at = Array.IndexOf(_ids, id);
        if (at < 0)
        {
            at = _next;
            _next = (_next + 1) % Remembered;
            (_ids[at], _sources[at]) = (id, 0);
        }

        return ++_sources[at] <= MostSources;
    }
}
