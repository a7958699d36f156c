// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Signaling.Transport;

/// <summary>A table that forgets its oldest entry rather than grow: what strangers can fill must have an end.</summary>
/// <remarks>Thread: the signalling loop.</remarks>
internal sealed class BoundedTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _index = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byAge = new();

    /// <summary>Entries now.</summary>
    public int Count => _index.Count;

    /// <summary>Looks a key up; what is found counts as new again.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_index.TryGetValue(key, out var node)) return false;
        _byAge.Remove(node);
        _byAge.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces.</summary>
    public void Set(TKey key, TValue value)
    {
        Remove(key);
        if (_index.Count == capacity) Remove(_byAge.First!.Value.Key);
        _index[key] = _byAge.AddLast((key, value));
    }

    /// <summary>Takes an entry out.</summary>
    public void Remove(TKey key)
    {
        if (_index.Remove(key, out var node)) _byAge.Remove(node);
    }
}
