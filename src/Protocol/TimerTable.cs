// SPDX-License-Identifier: MIT
namespace Earshot.Protocol;

/// <summary>Many named deadlines, the earliest in front: a binary heap that knows where each name stands.</summary>
/// <remarks>
/// Thread: its owner's. Setting, moving and stopping cost O(log n); equal deadlines come in the order in which they were set,
/// so that a seeded run repeats itself exactly.
/// </remarks>
/// <typeparam name="TKey">What a deadline is for.</typeparam>
internal sealed class TimerTable<TKey>
    where TKey : notnull
{
    private readonly List<Entry> _heap = [];
    private readonly Dictionary<TKey, int> _places = [];
    private long _order;

    /// <summary>How many deadlines are set.</summary>
    public int Count => _heap.Count;

    /// <summary>The earliest deadline, or <see cref="Instant.Never"/>.</summary>
    public Instant Next => _heap.Count == 0 ? Instant.Never : _heap[0].At;

    /// <summary>Sets or moves a deadline; <see cref="Instant.Never"/> stops it.</summary>
    public void Set(TKey key, Instant at)
    {
        Stop(key);
        if (at == Instant.Never) return;
        _heap.Add(new Entry(at, _order++, key));
        _places[key] = _heap.Count - 1;
        Rise(_heap.Count - 1);
    }

    /// <summary>Removes a deadline, if it is set.</summary>
    public void Stop(TKey key)
    {
        if (_places.TryGetValue(key, out var place)) RemoveAt(place);
    }

    /// <summary>Takes the earliest deadline out when it has come.</summary>
    public bool TryExpire(Instant now, out TKey key)
    {
        key = default!;
        if (_heap.Count == 0 || _heap[0].At > now) return false;
        key = _heap[0].Key;
        RemoveAt(0);
        return true;
    }

    private void RemoveAt(int place)
    {
        _places.Remove(_heap[place].Key);
        var last = _heap.Count - 1;
        var moved = _heap[last];
        _heap.RemoveAt(last);
        if (place == last) return;
        Put(place, moved);
        Rise(place);
        Sink(_places[moved.Key]);
    }

    private void Rise(int place)
    {
        while (place > 0 && _heap[place].IsBefore(_heap[(place - 1) / 2]))
        {
            Swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    private void Sink(int place)
    {
        while (true)
        {
            var child = (2 * place) + 1;
            if (child >= _heap.Count) return;
            if (child + 1 < _heap.Count && _heap[child + 1].IsBefore(_heap[child])) child++;
            if (!_heap[child].IsBefore(_heap[place])) return;
            Swap(place, child);
            place = child;
        }
    }

    private void Swap(int a, int b)
    {
        var entry = _heap[a];
        Put(a, _heap[b]);
        Put(b, entry);
    }

    private void Put(int place, Entry entry)
    {
        _heap[place] = entry;
        _places[entry.Key] = place;
    }

    private readonly record struct Entry(Instant At, long Order, TKey Key)
    {
        public bool IsBefore(Entry other) => At < other.At || (At == other.At && Order < other.Order);
    }
}
