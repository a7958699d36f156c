// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>All transactions of one core, bounded.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class TransactionTable
{
    private readonly Dictionary<TransactionKey, ClientTransaction> _clients = [];
    private readonly Dictionary<TransactionKey, ServerTransaction> _servers = [];
    private readonly int _limit;

    /// <summary>An empty table whose transactions leave it when they end.</summary>
    public TransactionTable(TransactionContext context, int limit)
    {
        _limit = limit;
        context.Ended = Remove;
    }

    /// <summary>How many there are.</summary>
    public int Count => _clients.Count + _servers.Count;

    /// <summary>True when requests of strangers are to be answered without state. Our own are never refused.</summary>
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
    public void Add(ServerTransaction transaction) => _servers[transaction.Key] = transaction;

    /// <summary>The client transaction of a response.</summary>
    public bool TryGetClient(TransactionKey key, [NotNullWhen(true)] out ClientTransaction? transaction) =>
        _clients.TryGetValue(key, out transaction);

    /// <summary>The server transaction of a request.</summary>
    public bool TryGetServer(TransactionKey key, [NotNullWhen(true)] out ServerTransaction? transaction) =>
        _servers.TryGetValue(key, out transaction);

    /// <summary>Tells every client transaction on a flow that it failed.</summary>
    public void HandleTransportFailure(Instant now, SipFlow flow)
    {
        foreach (var client in _clients.Values.Where(c => ReferenceEquals(c.Flow, flow)).ToArray())
            client.HandleTransportFailure(now);
    }

    private void Remove(Transaction transaction)
    {
        if (transaction is ClientTransaction) _clients.Remove(transaction.Key);
        else _servers.Remove(transaction.Key);
    }
}
