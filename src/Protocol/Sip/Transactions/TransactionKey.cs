// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Sip;

/// <summary>How a message finds its transaction (RFC 3261 §17.1.3, §17.2.3).</summary>
/// <param name="Id">Client: the branch. Server: branch and sent-by, or what RFC 2543 matches by when the branch lacks the cookie.</param>
/// <param name="Method">The method; an ACK looks for its INVITE.</param>
internal readonly record struct TransactionKey(string Id, SipMethod Method)
{
    /// <summary>The key of a request that we send, and of its responses.</summary>
    public static TransactionKey Client(string branch, SipMethod method) => new(branch, method);

    /// <summary>The key that a response looks for; false when it carries none.</summary>
    public static bool TryOfResponse(SipMessage response, out TransactionKey key)
    {
        key = default;
        if (!response.TryGetTopVia(out var via) || via.Branch.IsEmpty) return false;
        key = new TransactionKey(Encoding.ASCII.GetString(via.Branch), response.Method);
        return true;
    }

    /// <summary>The key that a request looks for; false without a usable Via.</summary>
    public static bool TryOfRequest(SipMessage request, SipMethod method, out TransactionKey key)
    {
        key = default;
        if (!request.TryGetTopVia(out var via)) return false;
        var sentBy = $"{Encoding.ASCII.GetString(via.Host).ToLowerInvariant()}:{(via.Port == 0 ? DefaultPort(via) : via.Port)}";
        var id = via.HasRfc3261Branch
            ? $"{Encoding.ASCII.GetString(via.Branch)}|{sentBy}"
            : Rfc2543Id(request, sentBy, Encoding.UTF8.GetString(via.Branch));
        key = new TransactionKey(id, method == SipMethod.Ack ? SipMethod.Invite : method);
        return true;
    }

    // §17.2.3: Request-URI, From tag, Call-ID, CSeq number and top Via. The To tag is left out: an ACK carries ours, its INVITE none.
    private static string Rfc2543Id(SipMessage request, string sentBy, string branch)
    {
        request.TryGetCSeq(out var cseq);
        return string.Join('\n', Encoding.UTF8.GetString(request.RequestUriText), Encoding.UTF8.GetString(request.FromTag),
            Encoding.UTF8.GetString(request.CallId), cseq.Number, sentBy, branch);
    }

    private static int DefaultPort(Via via) => SipText.EqualsIgnoreCase(via.Transport, "TLS"u8) ? 5061 : 5060;
}
