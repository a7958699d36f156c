// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>The requests under way: signed, repeated, given up, and joined to their answers (RFC 8656 §5, RFC 8489 §9.2).</summary>
/// <remarks>Thread: its owner's.</remarks>
internal sealed class TurnRequests(TurnOptions options, IRandomSource random) : IDisposable
{
    private readonly LongTermCredential _credential = new(options.Username, options.Password);
    private readonly List<TurnRequest> _pending = [];
    private readonly Queue<byte[]> _outbox = [];

    /// <summary>Sends a request, or sends it again in a new transaction.</summary>
    public void Send(Instant now, TurnRequest request)
    {
        _pending.Add(request);
        _outbox.Enqueue(request.Write(now, options, _credential, random));
    }

    /// <summary>Forgets those that wait for an answer.</summary>
    public void Forget() => _pending.Clear();

    /// <summary>Forgets everything, what is not sent yet included.</summary>
    public void Clear()
    {
        _pending.Clear();
        _outbox.Clear();
    }

    /// <summary>Repeats what is due.</summary>
    /// <returns>A request that nobody answered, or null.</returns>
    public TurnRequest? HandleTimeout(Instant now)
    {
        foreach (var request in _pending)
        {
            switch (request.Transaction.HandleTimeout(now))
            {
                case StunDue.Retransmit:
                    _outbox.Enqueue(request.Bytes);
                    break;
                case StunDue.Failed:
                    return request;
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>The request that an answer is for, as far as it is authentic; it is under way no more.</summary>
    /// <param name="message">A success or an error.</param>
    /// <param name="isForged">It names a request of ours, and its integrity does not fit.</param>
    public TurnRequest? Match(in StunMessage message, out bool isForged)
    {
        isForged = false;
        var request = Find(message.TransactionId);
        if (request is null || request.Method != message.Method || (message.HasFingerprint && !message.IsFingerprintValid))
            return null;
        isForged = _credential.Judge(message, request.IsSigned) == ResponseTrust.Ignored;
        request.SawForgery |= isForged;
        if (isForged)
            return null;
        if (message.Class == StunClass.Success)
            _credential.NoteSuccess();
        _pending.Remove(request);
        return request;
    }

    /// <summary>Signs a request anew after a 401 or 438.</summary>
    /// <returns>False when that would not help.</returns>
    public bool TryAnswerChallenge(Instant now, TurnRequest request, in StunMessage message)
    {
        // Several requests may meet the same stale nonce: the first answer renews it for all.
        bool isRenewed = request.IsSigned && request.Version != _credential.Version;
        if (!isRenewed && _credential.HandleChallenge(message, request.IsSigned) != ChallengeOutcome.Retry)
            return false;
        Send(now, request);
        return true;
    }

    /// <summary>Writes the next packet.</summary>
    public bool PollTransmit(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_outbox.TryDequeue(out var bytes))
            return false;
        bytes.CopyTo(buffer);
        length = bytes.Length;
        return true;
    }

    /// <summary>The next deadline.</summary>
    public Instant NextTimeout()
    {
        var next = Instant.Never;
        foreach (var request in _pending)
            next = Instant.Min(next, request.Transaction.Deadline);
        return next;
    }

    /// <inheritdoc/>
    public void Dispose() => _credential.Dispose();

    private TurnRequest? Find(TransactionId id) => _pending.Find(r => r.Transaction.Id == id);
}
