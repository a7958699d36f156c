// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Earshot.Protocol.Sip;

/// <summary>What waits to leave a core: messages for the transports, events for the user.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class Outbox
{
    private readonly Queue<(SipFlow Flow, ReadOnlyMemory<byte> Message)> _messages = [];
    private readonly Queue<SipEvent> _events = [];

    /// <summary>Queues a message; its bytes must not change afterwards.</summary>
    public void Send(SipFlow flow, ReadOnlyMemory<byte> message) => _messages.Enqueue((flow, message));

    /// <summary>Queues an event.</summary>
    public void Tell(SipEvent happened) => _events.Enqueue(happened);

    /// <summary>Takes the next message.</summary>
    public bool PollTransmit([NotNullWhen(true)] out SipFlow? flow, out ReadOnlyMemory<byte> message)
    {
        var any = _messages.TryDequeue(out var next);
        (flow, message) = next;
        return any;
    }

    /// <summary>Takes the next event.</summary>
    public bool PollEvent([NotNullWhen(true)] out SipEvent? happened) => _events.TryDequeue(out happened);
}
