// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>A request that outlives its packet.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class IncomingRequest
{
    /// <summary>Copies a well-formed request.</summary>
    public IncomingRequest(SipFlow flow, SipMessage message, TransactionKey key)
    {
        Flow = flow;
        Key = key;
        Message = message.Clone();
        CallId = Encoding.UTF8.GetString(message.CallId);
        FromTag = Encoding.UTF8.GetString(message.FromTag);
        ToTag = Encoding.UTF8.GetString(message.ToTag);
        message.TryGetCSeq(out var cseq);
        CSeq = cseq.Number;
    }

    /// <summary>Where it came from and where its responses go.</summary>
    public SipFlow Flow { get; }

    /// <summary>The key of its transaction.</summary>
    public TransactionKey Key { get; }

    /// <summary>The message.</summary>
    public SipMessage Message { get; }

    /// <summary>The method.</summary>
    public SipMethod Method => Message.Method;

    /// <summary>The Call-ID.</summary>
    public string CallId { get; }

    /// <summary>The tag of From.</summary>
    public string FromTag { get; }

    /// <summary>The tag of To, empty outside a dialog.</summary>
    public string ToTag { get; }

    /// <summary>The number of CSeq.</summary>
    public uint CSeq { get; }

    /// <summary>A copy of the body that stays valid.</summary>
    public ReadOnlyMemory<byte> Body => Message.Body.ToArray();
}
