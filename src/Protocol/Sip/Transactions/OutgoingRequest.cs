// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>A request before a flow is chosen: everything but Via, Contact and, without an address of record, the URI of From.</summary>
internal sealed record RequestDraft
{
    /// <summary>The type of session descriptions.</summary>
    public const string Sdp = "application/sdp";

    /// <summary>The method.</summary>
    public required SipMethod Method { get; init; }

    /// <summary>The Request-URI.</summary>
    public required string Uri { get; init; }

    /// <summary>The Call-ID.</summary>
    public required string CallId { get; init; }

    /// <summary>The number of CSeq.</summary>
    public required uint CSeq { get; init; }

    /// <summary>The tag of From.</summary>
    public required string LocalTag { get; init; }

    /// <summary>The display name of From.</summary>
    public string LocalName { get; init; } = "";

    /// <summary>The user part of Contact, and of From without an address of record.</summary>
    public string LocalUser { get; init; } = "";

    /// <summary>The URI of From; empty takes the flow's address.</summary>
    public string LocalUri { get; init; } = "";

    /// <summary>The URI of To.</summary>
    public required string RemoteUri { get; init; }

    /// <summary>The tag of To; empty outside a dialog.</summary>
    public string RemoteTag { get; init; } = "";

    /// <summary>The Route header field, URIs in order.</summary>
    public IReadOnlyList<string> Routes { get; init; } = [];

    /// <summary>More header fields.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What the body is, or empty.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Its Content-Type.</summary>
    public string BodyType { get; init; } = Sdp;

    /// <summary>The body for each flow that is tried; null sends <see cref="Body"/> on all.</summary>
    public Func<SipFlow, ReadOnlyMemory<byte>>? BodyFor { get; init; }

    /// <summary>The Contact header field for each flow that is tried; null writes the flow's own address where the method wants one.</summary>
    public Func<SipFlow, string>? ContactFor { get; init; }

    /// <summary>What answers challenges (401, 407); null for nothing.</summary>
    public SipAuthentication? Authentication { get; init; }

    /// <summary>The number of the request that answers a challenge; null for one more.</summary>
    public Func<uint>? NextCSeq { get; init; }

    /// <summary>The flow that is tried first where it is among those that lead there; null for the order that they come in.</summary>
    public SipFlow? Preferred { get; init; }

    /// <summary>How long a flow may stay silent while another is there; null for 64·T1. Only for what may well be done twice.</summary>
    public TimeSpan? Patience { get; init; }
}

/// <summary>A request on its flow.</summary>
/// <param name="Draft">What it says.</param>
/// <param name="Flow">Where it goes.</param>
/// <param name="Branch">The branch of its Via.</param>
/// <param name="Message">Its bytes.</param>
internal sealed record OutgoingRequest(RequestDraft Draft, SipFlow Flow, string Branch, ReadOnlyMemory<byte> Message);
