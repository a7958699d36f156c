// SPDX-License-Identifier: MIT
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Earshot.Signaling.Transport;

/// <summary>The HTTP exchange that opens a WebSocket for SIP (RFC 6455 §4, RFC 7118 §4): one request, one response, nothing more of HTTP.</summary>
internal sealed class WebSocketUpgrade
{
    // A browser's request with its cookies is 1 to 2 KB.
    private const int LongestHead = 8192;
    private const string Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private readonly string _host;
    private readonly IReadOnlyList<string> _origins;

    private WebSocketUpgrade(bool isServer, string host, IReadOnlyList<string> origins) => (IsServer, _host, _origins) = (isServer, host, origins);

    /// <summary>The peer asks and we answer.</summary>
    public bool IsServer { get; }

    /// <summary>For a connection that the peer opened.</summary>
    /// <param name="origins">Pages that may call (<c>https://phone.example</c>) besides those of this host; <c>*</c> for all.</param>
    public static WebSocketUpgrade Server(IReadOnlyList<string> origins) => new(true, "", origins);

    /// <summary>For a connection that we opened.</summary>
    /// <param name="host">The Host field: a name or an address, with the port.</param>
    public static WebSocketUpgrade Client(string host) => new(false, host, []);

    /// <summary>Exchanges request and response.</summary>
    /// <returns>The stream to go on with: what came behind the head is not lost, and frames that cannot be meant end it.</returns>
    /// <exception cref="IOException">The other side does not speak SIP over WebSocket; the message says what it said.</exception>
    public async Task<Stream> UpgradeAsync(Stream stream, CancellationToken stop)
    {
        if (IsServer)
        {
            var (request, rest) = await ReadHeadAsync(stream, stop).ConfigureAwait(false);
            var (answer, wrong) = Answer(request);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), stop).ConfigureAwait(false);
            if (wrong is not null) throw new IOException(wrong);
            return new WebSocketFrameStream(IsServer, rest, stream);
        }

        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(key)), stop).ConfigureAwait(false);
        var (response, behind) = await ReadHeadAsync(stream, stop).ConfigureAwait(false);
        Check(response, key);
        return new WebSocketFrameStream(IsServer, behind, stream);
    }

    private string Request(string key) =>
        $"GET / HTTP/1.1\r\nHost: {_host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        + "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";

    private (string Answer, string? Wrong) Answer(HttpHead request)
    {
        if (!request.Start.StartsWith("GET ", StringComparison.Ordinal) || !request.Start.EndsWith(" HTTP/1.1", StringComparison.Ordinal))
            return Refusal("400 Bad Request", "no WebSocket request");
        if (!request.Lists("Upgrade", "websocket") || !request.Lists("Connection", "Upgrade"))
            return Refusal("426 Upgrade Required\r\nUpgrade: websocket", "this port speaks SIP over WebSocket");
        if (request["Sec-WebSocket-Version"] != "13") return Refusal("426 Upgrade Required\r\nSec-WebSocket-Version: 13", "another WebSocket version");
        if (!request.Lists("Sec-WebSocket-Protocol", "sip")) return Refusal("400 Bad Request", "the subprotocol sip was not offered");
        if (!IsWelcome(request["Origin"], request["Host"])) return Refusal("403 Forbidden", $"pages of {Shown(request["Origin"])} may not call: allow them by name");
        if (request["Sec-WebSocket-Key"] is not { Length: 24 } key) return Refusal("400 Bad Request", "no WebSocket key");
        return ($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {Accept(key)}\r\nSec-WebSocket-Protocol: sip\r\n\r\n", null);
    }

    // Any page that a browser shows can open a WebSocket to any address, and a phone that answers by itself would open its microphone to it (RFC 6455 §10.2).
    private bool IsWelcome(string? origin, string? host)
    {
        if (origin is null || _origins.Contains("*")) return true; // no browser
        if (_origins.Contains(origin, StringComparer.OrdinalIgnoreCase)) return true;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page)) return false;
        // A name proves nothing: whoever owns it can let it lead here and name it in both fields (DNS rebinding). An address is where the page came from.
        return page.IsLoopback || (IPAddress.TryParse(page.DnsSafeHost, out var address) && IPAddress.TryParse(WithoutPort(host).Trim('[', ']'), out var ours) && address.Equals(ours));
    }

    private static string WithoutPort(string? host) =>
        host is null ? "" : host.LastIndexOf(':') is >= 0 and var colon && !host.EndsWith(']') ? host[..colon] : host;

    private static (string Answer, string? Wrong) Refusal(string status, string why) =>
        ($"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {why.Length + 2}\r\nConnection: close\r\n\r\n{why}\r\n", why);

    private static void Check(HttpHead response, string key)
    {
        if (!response.Start.StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new IOException($"no WebSocket there: {Shown(response.Start)}");
        if (response["Sec-WebSocket-Accept"] != Accept(key)) throw new IOException("the WebSocket answer belongs to another question");
        if (!string.Equals(response["Sec-WebSocket-Protocol"], "sip", StringComparison.OrdinalIgnoreCase)) throw new IOException("a WebSocket, but not for SIP");
    }

#pragma warning disable CA5350 // RFC 6455 §4.2.2 asks for SHA-1; it protects nothing
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Magic)));
#pragma warning restore CA5350

    private static string Shown(string? text) => new([.. (text ?? "").Take(80).Select(c => char.IsAscii(c) && !char.IsControl(c) ? c : '?')]);

    private static async Task<(HttpHead Head, ReadOnlyMemory<byte> Behind)> ReadHeadAsync(Stream stream, CancellationToken stop)
    {
        var buffer = new byte[LongestHead];
        var length = 0;
        while (true)
        {
            var got = length == buffer.Length ? 0 : await stream.ReadAsync(buffer.AsMemory(length), stop).ConfigureAwait(false);
            if (got == 0) throw length == buffer.Length ? new IOException("what answers there is no WebSocket") : new EndOfStreamException("closed in the midst of HTTP");
            var from = Math.Max(0, length - 3);
            length += got;
            var end = buffer.AsSpan(from, length - from).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return (HttpHead.Parse(Encoding.Latin1.GetString(buffer, 0, from + end)), buffer.AsMemory(from + end + 4, length - from - end - 4));
        }
    }
}
