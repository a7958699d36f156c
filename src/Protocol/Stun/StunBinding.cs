// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Stun;

/// <summary>How a Binding with a server ended.</summary>
internal enum StunFailure : byte
{
    /// <summary>No answer in 39.5 s.</summary>
    TimedOut,

    /// <summary>Answers came, and none was authentic.</summary>
    Forged,

    /// <summary>An error response.</summary>
    Refused,

    /// <summary>A success without a usable address, or with attributes that must be understood and are not.</summary>
    Malformed,

    /// <summary>Use the server of <see cref="StunBindingEvent.Failed.Alternate"/> (RFC 8489 §10).</summary>
    Redirected,
}

/// <summary>What <see cref="StunBinding"/> tells.</summary>
internal abstract record StunBindingEvent
{
    /// <summary>The address that the server sees; told again when it changes.</summary>
    public sealed record Mapped(TransportAddress Address) : StunBindingEvent;

    /// <summary>The end. <paramref name="Status"/> is the error's number, or 0.</summary>
    public sealed record Failed(StunFailure Cause, int Status, TransportAddress Alternate) : StunBindingEvent;
}

/// <summary>Asks a server which address we are seen at, and goes on asking to keep the NAT's mapping (RFC 8489 §6, RFC 8445 §5.1.4).</summary>
/// <remarks>Thread: its owner's. One server, one socket; addresses are its owner's business.</remarks>
internal sealed class StunBinding(IRandomSource random, StunBindingOptions options) : IDisposable
{
    private readonly Queue<StunBindingEvent> _events = [];
    private readonly LongTermCredential? _credential = options.Username is { } name ? new(name, options.Password ?? "") : null;
    private StunTransaction _transaction;
    private Instant _refreshAt = Instant.Never;
    private TransportAddress _mapped;
    private bool _isDue;
    private bool _wasSigned;
    private bool _sawForgery;

    /// <summary>Asks.</summary>
    public void Start(Instant now)
    {
        _refreshAt = Instant.Never;
        _wasSigned = _credential is { IsActive: true };
        _transaction = StunTransaction.Start(now, TransactionId.Draw(random), options.Rto, options.IsReliable);
        _isDue = true;
    }

    /// <summary>A message from the server's address. What is not the answer is passed over.</summary>
    /// <returns>True when it was ours.</returns>
    public bool HandlePacket(Instant now, ReadOnlySpan<byte> packet)
    {
        if (!_transaction.IsPending || !StunMessage.TryParse(packet, out var message) || message.TransactionId != _transaction.Id
            || message.Method != StunMethod.Binding || message.Class is not (StunClass.Success or StunClass.Error))
            return false;
        if (message.HasFingerprint && !message.IsFingerprintValid)
            return false;
        if (_credential is not null && _credential.Judge(message, _wasSigned) == ResponseTrust.Ignored)
        {
            _sawForgery = true;
            if (options.IsReliable)
                Fail(StunFailure.Forged);
            return true;
        }

        _transaction.Stop();
        if (message.Class == StunClass.Success) HandleSuccess(now, message);
        else HandleError(now, message);
        return true;
    }

    /// <summary>Deadlines that have come.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_refreshAt <= now)
            Start(now);
        var due = _transaction.HandleTimeout(now);
        _isDue |= due == StunDue.Retransmit;
        if (due == StunDue.Failed)
            Fail(_sawForgery ? StunFailure.Forged : StunFailure.TimedOut);
    }

    /// <summary>Writes the request, when one is due.</summary>
    public bool PollTransmit(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!_isDue)
            return false;
        _isDue = false;
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, _transaction.Id);
        if (_wasSigned)
            _credential!.Sign(ref writer);
        writer.AddFingerprint();
        return writer.TryFinish(out length);
    }

    /// <summary>The next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out StunBindingEvent? happened) => _events.TryDequeue(out happened);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant PollTimeout() => Instant.Min(_refreshAt, _transaction.IsPending ? _transaction.Deadline : Instant.Never);

    /// <inheritdoc/>
    public void Dispose() => _credential?.Dispose();

    private void HandleSuccess(Instant now, in StunMessage message)
    {
        if (message.FindUnknown(default) > 0
            || !(message.TryGetXorAddress(StunAttribute.XorMappedAddress, out var mapped) || message.TryGetAddress(StunAttribute.MappedAddress, out mapped))
            || mapped.Port == 0 || mapped.IsUnspecified)
        {
            Fail(StunFailure.Malformed);
            return;
        }

        _credential?.NoteSuccess();
        if (mapped != _mapped)
            _events.Enqueue(new StunBindingEvent.Mapped(mapped));
        _mapped = mapped;
        _refreshAt = options.KeepAlive > TimeSpan.Zero ? now + options.KeepAlive : Instant.Never;
    }

    private void HandleError(Instant now, in StunMessage message)
    {
        if (!message.TryGetError(out int code, out _))
            Fail(StunFailure.Malformed);
        else if (code is 401 or 438 && _credential is not null && _credential.HandleChallenge(message, _wasSigned) == ChallengeOutcome.Retry)
            Start(now);
        else if (code == 300 && message.TryGetAddress(StunAttribute.AlternateServer, out var alternate))
            Fail(StunFailure.Redirected, code, alternate);
        else
            Fail(StunFailure.Refused, code);
    }

    private void Fail(StunFailure cause, int status = 0, TransportAddress alternate = default)
    {
        _transaction.Stop();
        _refreshAt = Instant.Never;
        _events.Enqueue(new StunBindingEvent.Failed(cause, status, alternate));
    }
}
