// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Ice;

/// <summary>What is to be written.</summary>
internal enum OutgoingKind : byte
{
    /// <summary>A check: of connectivity, or of consent.</summary>
    Check,

    /// <summary>The answer to a check.</summary>
    Success,

    /// <summary>An error answer.</summary>
    Error,
}

/// <summary>A message to be written when its turn comes: no bytes are kept.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Generation">Whose credentials.</param>
/// <param name="Pair">Of a check.</param>
/// <param name="Base">Where it leaves from.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Id">Its transaction.</param>
/// <param name="Code">Of an error.</param>
/// <param name="Unknown">Of a 420.</param>
/// <param name="IsNominating">With USE-CANDIDATE.</param>
/// <param name="ClaimsControl">The role a check claims.</param>
internal readonly record struct OutgoingStun(
    OutgoingKind Kind, IceGeneration Generation, CandidatePair? Pair, TransportAddress Base, TransportAddress Target, TransactionId Id,
    ushort Code = 0, ushort Unknown = 0, bool IsNominating = false, bool ClaimsControl = false);

/// <summary>A bounded queue without allocation; what comes when it is full is dropped, as a network would.</summary>
/// <remarks>Thread: its agent's.</remarks>
internal sealed class OutgoingRing
{
    private readonly OutgoingStun[] _entries = new OutgoingStun[64];
    private int _head;
    private int _count;

    /// <summary>Queues a message.</summary>
    public void Push(in OutgoingStun message)
    {
        if (_count == _entries.Length)
            return;
        _entries[(_head + _count) % _entries.Length] = message;
        _count++;
    }

    /// <summary>Takes the next.</summary>
    public bool TryTake(out OutgoingStun message)
    {
        message = default;
        if (_count == 0)
            return false;
        message = _entries[_head];
        _entries[_head] = default;
        _head = (_head + 1) % _entries.Length;
        _count--;
        return true;
    }
}
