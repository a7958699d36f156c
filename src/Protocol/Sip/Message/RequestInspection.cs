// SPDX-License-Identifier: MIT
using System.Collections.Immutable;

namespace Earshot.Protocol.Sip;

/// <summary>What a user agent server supports, as far as the inspection of a request is concerned.</summary>
internal sealed record UserAgentCapabilities
{
    /// <summary>Methods that are handled; named in Allow.</summary>
    public ImmutableArray<SipMethod> Methods { get; init; } =
        [SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options];

    /// <summary>Schemes of a Request-URI that are handled.</summary>
    public ImmutableArray<SipUriScheme> Schemes { get; init; } = [SipUriScheme.Sip, SipUriScheme.Sips];

    /// <summary>Option tags that may be required; named in Supported.</summary>
    public ImmutableArray<string> Extensions { get; init; } = [];

    /// <summary>Types of bodies that are understood; named in Accept.</summary>
    public ImmutableArray<string> BodyTypes { get; init; } = ["application/sdp"];

    /// <summary>What is taken by INFO; named in Recv-Info.</summary>
    public ImmutableArray<SipInfoPackage> InfoPackages { get; init; } = [];
}

/// <summary>
/// The checks a user agent server makes before it handles a request, in the order of RFC 3261 §8.2: method, Request-URI, extensions, body.
/// </summary>
/// <remarks>Pure. Merged requests (§8.2.2.2) and what a dialog expects are the transaction user's to know.</remarks>
internal static class RequestInspection
{
    /// <summary>The status to answer with, or 0 when the request may be handled. ACK is never answered: drop it when this is not 0.</summary>
    public static int Inspect(SipMessage request, UserAgentCapabilities capabilities)
    {
        if (!capabilities.Methods.Contains(request.Method))
            return request.Method == SipMethod.Unknown ? 501 : 405;
        if (!request.TryGetRequestUri(out SipUriView uri) || !capabilities.Schemes.Contains(uri.Scheme))
            return 416;

        // §8.2.2.3: Require has no say in ACK and CANCEL, which must be the image of their INVITE.
        bool negotiates = request.Method is not (SipMethod.Ack or SipMethod.Cancel);
        if (negotiates && !SupportsAll(request, capabilities))
            return 420;
        if (negotiates && request.Method != SipMethod.Info && !UnderstandsBody(request, capabilities))
            return 415;
        if (request.Method == SipMethod.Invite && !AcceptsSdp(request))
            return 406;
        return 0;
    }

    /// <summary>Writes the header fields that the answer with this status must carry; call it between StartResponse and Finish.</summary>
    public static void WriteHeaders(SipMessageWriter writer, SipMessage request, UserAgentCapabilities capabilities, int status)
    {
        switch (status)
        {
            case 405 or 501:
                WriteAllow(writer, capabilities);
                break;
            case 415:
                WriteAccept(writer, request, capabilities);
                break;
            case 420:
                WriteUnsupported(writer, request, capabilities);
                break;
        }
    }

    /// <summary>Writes Allow.</summary>
    public static void WriteAllow(SipMessageWriter writer, UserAgentCapabilities capabilities)
    {
        writer.BeginHeader(SipHeader.Allow);
        bool first = true;
        foreach (SipMethod method in capabilities.Methods)
        {
            Separate(writer, ref first);
            writer.Append(method.Name());
        }

        writer.EndHeader();
    }

    /// <summary>Writes Supported; empty when no extension is supported, which is a statement too (§20.37).</summary>
    public static void WriteSupported(SipMessageWriter writer, UserAgentCapabilities capabilities) =>
        WriteList(writer, SipHeader.Supported, capabilities.Extensions);

    /// <summary>Writes Accept.</summary>
    public static void WriteAccept(SipMessageWriter writer, UserAgentCapabilities capabilities) =>
        WriteList(writer, SipHeader.Accept, capabilities.BodyTypes);

    /// <summary>Writes Recv-Info, where anything is taken by INFO.</summary>
    public static void WriteRecvInfo(SipMessageWriter writer, UserAgentCapabilities capabilities)
    {
        if (capabilities.InfoPackages.Length > 0)
            WriteList(writer, SipHeader.RecvInfo, [.. capabilities.InfoPackages.Select(p => p.Name)]);
    }

    private static void WriteAccept(SipMessageWriter writer, SipMessage request, UserAgentCapabilities capabilities)
    {
        if (request.Method == SipMethod.Info) WriteList(writer, SipHeader.Accept, [.. capabilities.InfoPackages.Select(p => p.BodyType)]);
        else WriteAccept(writer, capabilities);
        if (!IsIdentity(request))
            writer.Header(SipHeader.AcceptEncoding, "identity"u8);
    }

    private static void WriteUnsupported(SipMessageWriter writer, SipMessage request, UserAgentCapabilities capabilities)
    {
        writer.BeginHeader(SipHeader.Unsupported);
        bool first = true;
        foreach (ReadOnlySpan<byte> option in request.Values(SipHeader.Require))
        {
            if (Names(capabilities.Extensions, option))
                continue;
            Separate(writer, ref first);
            writer.Append(option);
        }

        writer.EndHeader();
    }

    private static void WriteList(SipMessageWriter writer, SipHeader header, ImmutableArray<string> values)
    {
        writer.BeginHeader(header);
        bool first = true;
        foreach (string value in values)
        {
            Separate(writer, ref first);
            writer.Append(value);
        }

        writer.EndHeader();
    }

    private static void Separate(SipMessageWriter writer, ref bool first)
    {
        if (!first)
            writer.Append(", "u8);
        first = false;
    }

    private static bool SupportsAll(SipMessage request, UserAgentCapabilities capabilities)
    {
        foreach (ReadOnlySpan<byte> option in request.Values(SipHeader.Require))
        {
            if (!Names(capabilities.Extensions, option))
                return false;
        }

        return true;
    }

    // §8.2.3: a body nobody insists on (handling=optional) is no reason to refuse. A body without a type cannot be understood.
    private static bool UnderstandsBody(SipMessage request, UserAgentCapabilities capabilities)
    {
        if (request.Body.IsEmpty || IsOptional(request))
            return true;
        if (!IsIdentity(request) || !request.TryGetContentType(out MediaType type))
            return false;

        foreach (string supported in capabilities.BodyTypes)
        {
            if (type.Is(supported))
                return true;
        }

        return false;
    }

    private static bool IsOptional(SipMessage request)
    {
        ReadOnlySpan<byte> disposition = request[SipHeader.ContentDisposition];
        int semicolon = disposition.IndexOf((byte)';');
        return semicolon >= 0
            && new SipParameters(disposition[semicolon..]).TryGet("handling"u8, out ReadOnlySpan<byte> handling)
            && SipText.EqualsIgnoreCase(handling, "optional"u8);
    }

    private static bool IsIdentity(SipMessage request)
    {
        foreach (ReadOnlySpan<byte> coding in request.Values(SipHeader.ContentEncoding))
        {
            if (!SipText.EqualsIgnoreCase(coding, "identity"u8))
                return false;
        }

        return true;
    }

    // The answer to an INVITE carries SDP: a caller that takes none cannot be answered (§21.4.7).
    private static bool AcceptsSdp(SipMessage request)
    {
        if (!request.Has(SipHeader.Accept))
            return true;
        foreach (ReadOnlySpan<byte> value in request.Values(SipHeader.Accept))
        {
            if (MediaType.TryParse(value, out MediaType range) && range.Covers("application"u8, "sdp"u8))
                return true;
        }

        return false;
    }

    private static bool Names(ImmutableArray<string> names, ReadOnlySpan<byte> token)
    {
        foreach (string name in names)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(token, name))
                return true;
        }

        return false;
    }
}
