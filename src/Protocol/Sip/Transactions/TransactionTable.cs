// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>All transactions of one core, bounded.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class TransactionTable
{
    private readonly Dictionary<TransactionKey, ClientTransaction> _clients = [];
    private readonly Dictionary<TransactionKey, LinkedListNode<ServerTransaction>> _servers = [];
    private readonly LinkedList<ServerTransaction> _serversByAge = [];
    private readonly int _limit;

    /// <summary>An empty table whose transactions leave it when they end.</summary>
    public TransactionTable(TransactionContext context, int limit)
    {
        _limit = limit;
        context.Ended = Remove;
    }

    /// <summary>How many there are.</summary>
    public int Count => _clients.Count + _servers.Count;

    /// <summary>True when there is room for no more requests of strangers. Our own are never refused.</summary>
    public bool IsFull => Count >= _limit;

    /// <summary>True when the requests of running calls are refused as well.</summary>
    public bool IsOverfull => Count >= 2 * _limit;

    /// <summary>Adds and starts a client transaction.</summary>
    public void Start(Instant now, ClientTransaction transaction)
    {
        _clients[transaction.Key] = transaction;
        transaction.Start(now);
    }

    /// <summary>Adds a server transaction.</summary>
    public void Add(ServerTransaction transaction)
    {
        if (_servers.Remove(transaction.Key, out var old)) _serversByAge.Remove(old);
        _servers[transaction.Key] = _serversByAge.AddLast(transaction);
    }

    /// <summary>
    /// Makes room in a full table: the oldest transactions that only wait for repetitions of what was answered or refused end early, so that a
    /// flood pushes itself out and a caller behind it is heard. Should a repetition come after all, it is answered anew. False when there are none.
    /// </summary>
    public bool TryMakeRoom()
    {
        for (var node = _serversByAge.First; node is not null && IsFull;)
        {
            var next = node.Next;
            if (node.Value.MayBeForgotten) node.Value.Forget();
            node = next;
        }

        return !IsFull;
    }

    /// <summary>The client transaction of a response.</summary>
    public bool TryGetClient(TransactionKey key, [NotNullWhen(true)] out ClientTransaction? transaction) =>
        _clients.TryGetValue(key, out transaction);

    /// <summary>The server transaction of a request.</summary>
    public bool TryGetServer(TransactionKey key, [NotNullWhen(true)] out ServerTransaction? transaction)
    {
        transaction = _servers.TryGetValue(key, out var node) ? node.Value : null;
        return transaction is not null;
    }

    /// <summary>Tells every client transaction on a flow that it failed.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow)
    {
        foreach (var client in _clients.Values.Where(c => ReferenceEquals(c.Flow, flow)).ToArray())
            client.HandleTransportFailure(now);
    }

    private void Remove(Transaction transaction)
    {
        if (transaction is ClientTransaction) _clients.Remove(transaction.Key);
        else if (_servers.Remove(transaction.Key, out var node)) _serversByAge.Remove(node);
    }
}
