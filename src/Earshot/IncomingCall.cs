// SPDX-License-Identifier: MIT
namespace Earshot;

/// <summary>Somebody calls: answer or refuse.</summary>
/// <remarks>Thread: any. Unanswered it ends by itself when the caller gives up, or after three minutes.</remarks>
public sealed class IncomingCall
{
    private readonly Phone _phone;

    internal IncomingCall(Phone phone, Call call)
    {
        _phone = phone;
        Call = call;
    }

    /// <summary>The call, to watch it from its first step.</summary>
    public Call Call { get; }

    /// <summary>The caller's SIP URI as the caller gives it. Not verified by anybody.</summary>
    public string From => Call.RemoteUri;

    /// <summary>The caller's name as the caller gives it; null when it gives none.</summary>
    public string? DisplayName => Call.RemoteName;

    /// <summary>The SIP Call-ID.</summary>
    public string CallId => Call.CallId;

    /// <summary>Answers; the sound card opens first, unless the call is echoed. Returns at once.</summary>
    /// <remarks>A card that cannot be opened refuses the call with 480, and a <see cref="CallNotice"/> says why: call <see cref="Phone.OpenSound"/> before to know.</remarks>
    public Call Accept(CallOptions? options = null)
    {
        _phone.Accept(Call, options ?? new CallOptions());
        return Call;
    }

    /// <summary>Refuses.</summary>
    /// <param name="status">The SIP status, 300 to 699: 486 busy, 603 declined.</param>
    public void Reject(int status = 603)
    {
        if (status is < 300 or > 699) throw new ArgumentOutOfRangeException(nameof(status), status, "A refusal is 300 to 699, e.g. 486 (busy) or 603 (declined).");
        _phone.Reject(Call, status);
    }
}
