// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Earshot.Protocol.Sip;

namespace Earshot.Protocol.Tests.Sip.Accounts;

/// <summary>A phone's core and a registrar that does as it is told, 10 ms apart, in virtual time.</summary>
internal sealed class RegistrarDouble
{
    public const string Password = "correct horse";

    private readonly Queue<(Instant At, SipFlow Flow, string Text)> _responses = [];
    private readonly List<SipEvent> _events = [];

    public RegistrarDouble(int servers = 1, SipTransport transport = SipTransport.Udp)
    {
        for (int i = 0; i < servers; i++)
            Flows.Add(new(i + 1, transport, IPEndPoint.Parse("192.0.2.1:5060"), new(IPAddress.Parse($"198.51.100.{i + 1}"), 5060)));
        Answer = Usual;
    }

    public SipCore Core { get; } = new(new() { User = "earshot" }, new SeededRandom(1));

    public Instant Now { get; private set; } = Instant.Zero;

    /// <summary>What the name of the registrar leads to.</summary>
    public List<SipFlow> Flows { get; } = [];

    /// <summary>Everything that the phone sent.</summary>
    public List<(Instant At, SipFlow Flow, string Text)> Requests { get; } = [];

    /// <summary>What a request is answered with, without a start; null for silence.</summary>
    public Func<SipFlow, string, string?> Answer { get; set; }

    public string? Algorithm { get; set; }

    public string Qop { get; set; } = "auth";

    public string Nonce { get; set; } = "n1";

    public int Granted { get; set; } = 600;

    /// <summary>Where the requests come from, as the registrar sees them; null for what they say themselves.</summary>
    public IPEndPoint? Seen { get; set; }

    public IReadOnlyList<SipEvent> Events => _events;

    public IEnumerable<SipEvent.RegistrationChanged> Changes => _events.OfType<SipEvent.RegistrationChanged>();

    public IEnumerable<(Instant At, SipFlow Flow, string Text)> Registers => Requests.Where(r => r.Text.StartsWith("REGISTER ", StringComparison.Ordinal));

    public static SipAccountOptions Account(string password = Password) => new()
    {
        AddressOfRecord = "sip:alice@example.org",
        Registrar = "sip:example.org",
        Credentials = new SipCredentials("alice", password),
        ContactUser = "a1b2c3",
        Instance = "urn:uuid:00000000-0000-1000-8000-000000000001",
    };

    public SipAccount Register(SipAccountOptions? options = null)
    {
        var account = Core.Register(Now, options ?? Account());
        Drain();
        return account;
    }

    public void RunFor(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (true)
        {
            var next = Instant.Min(Core.PollTimeout(), _responses.TryPeek(out var first) ? first.At : Instant.Never);
            if (next > end)
                break;
            Now = Instant.Max(Now, next);
            if (_responses.TryPeek(out first) && first.At <= Now)
            {
                _responses.Dequeue();
                Core.HandlePacket(Now, first.Flow, Encoding.UTF8.GetBytes(first.Text));
            }
            else
            {
                Core.HandleTimeout(Now);
            }

            Drain();
        }

        Now = end;
    }

    public void Drain()
    {
        bool any = true;
        while (any)
        {
            any = false;
            while (Core.PollTransmit(out var flow, out var message))
            {
                any = true;
                Take(flow, Encoding.UTF8.GetString(message.Span));
            }

            while (Core.PollEvent(out var happened))
            {
                any = true;
                _events.Add(happened);
                if (happened is SipEvent.ResolveNeeded need)
                    Core.HandleResolved(Now, need.Query, Flows);
            }
        }
    }

    /// <summary>Challenges, checks the answer, and grants.</summary>
    public string? Usual(SipFlow flow, string request) =>
        IsProven(request, "Authorization") ? Granting(request) : $"401 Unauthorized\r\nWWW-Authenticate: {Challenge()}";

    public string Challenge(bool isStale = false) =>
        $"Digest realm=\"example.org\", nonce=\"{Nonce}\"{(Algorithm is null ? "" : ", algorithm=" + Algorithm)}{(Qop.Length == 0 ? "" : $", qop=\"{Qop}\"")}{(isStale ? ", stale=TRUE" : "")}";

    public string Granting(string request) => $"200 OK\r\nContact: {Header(request, "Contact").Split(", <")[0].Split(";expires")[0]};expires={(ExpiresOf(request) == 0 ? 0 : Granted)}";

    /// <summary>The digest, computed the long way round by the RFC's own formulas.</summary>
    public bool IsProven(string request, string header)
    {
        string value = Header(request, header);
        if (value.Length == 0 || Part(value, "nonce") != Nonce)
            return false;
        bool isSha = Part(value, "algorithm").StartsWith("SHA-256", StringComparison.Ordinal);
        string Hash(string text) => Convert.ToHexStringLower(isSha
            ? System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)) : System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(text)));
        string first = Hash($"alice:example.org:{Password}");
        if (Part(value, "algorithm").EndsWith("-sess", StringComparison.Ordinal))
            first = Hash($"{first}:{Nonce}:{Part(value, "cnonce")}");
        string body = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        string second = $"{request.Split(' ')[0]}:{Part(value, "uri")}" + (Part(value, "qop") == "auth-int" ? ":" + Hash(body) : "");
        string middle = Part(value, "qop").Length == 0 ? Nonce : $"{Nonce}:{Part(value, "nc")}:{Part(value, "cnonce")}:{Part(value, "qop")}";
        return Part(value, "response") == Hash($"{first}:{middle}:{Hash(second)}");
    }

    public static string Header(string message, string name) =>
        message.Split("\r\n").FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase)) is { } line ? line[(name.Length + 2)..] : "";

    public static int ExpiresOf(string request) => int.Parse(Header(request, "Expires"), CultureInfo.InvariantCulture);

    public static string Part(string header, string name) =>
        Regex.Match(header, $"[ ,]{name}=(?:\"([^\"]*)\"|([^ ,]*))") is { Success: true } m ? m.Groups[1].Value + m.Groups[2].Value : "";

    private void Take(SipFlow flow, string text)
    {
        Requests.Add((Now, flow, text));
        if (text.Trim().Length == 0 || Answer(flow, text) is not { } answer)
            return;
        string via = Header(text, "Via");
        if (Seen is { } seen)
            via = via.Replace(";rport", $";received={seen.Address};rport={seen.Port}", StringComparison.Ordinal);
        _responses.Enqueue((Now + TimeSpan.FromMilliseconds(10), flow,
            $"SIP/2.0 {answer}\r\nVia: {via}\r\nFrom: {Header(text, "From")}\r\nTo: {Header(text, "To")};tag=r\r\nCall-ID: {Header(text, "Call-ID")}\r\nCSeq: {Header(text, "CSeq")}\r\nContent-Length: 0\r\n\r\n"));
    }
}
