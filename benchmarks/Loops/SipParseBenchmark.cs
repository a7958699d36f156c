// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Attributes;
using Earshot.Protocol.Sip;

namespace Earshot.Benchmarks;

/// <summary>
/// An INVITE of 927 bytes: parsing it, and parsing it and reading the top Via, From and To tags, Call-ID, CSeq, Contact, the Route set and
/// the body; beside libre's and libosip2's parsers through P/Invoke, which allocate and free their message each time as their API wants.
/// </summary>
[MemoryDiagnoser]
public unsafe partial class SipParseBenchmark
{
    /// <summary>The length of the INVITE, that of the figures we compare with.</summary>
    public const int Length = 927;

    private readonly byte[] _invite = Invite();
    private readonly SipMessage _message = new();
    private byte[] _terminated = [];
    private nint _mbuf;
    private bool _hasOsip;

    [GlobalSetup]
    public void Setup()
    {
        _terminated = [.. _invite, 0];
        _hasOsip = NativeLibrary.TryLoad("libosipparser2.so.15", out _) && parser_init() == 0;
        if (!NativeLibrary.TryLoad("libre.so.0", out _))
            return;
        _mbuf = mbuf_alloc(2048);
        fixed (byte* bytes = _invite)
            _ = mbuf_write_mem(_mbuf, bytes, (nuint)_invite.Length);
    }

    [Benchmark(Baseline = true)]
    public int ParseAndRead()
    {
        if (!_message.Parse(_invite).IsOk)
            throw new InvalidOperationException("The INVITE must parse.");

        int sum = _message.CallId.Length + _message.Body.Length + _message.FromTag.Length + _message.ToTag.Length;
        if (_message.TryGetTopVia(out Via via))
            sum += via.Branch.Length + via.Host.Length;
        if (_message.TryGetCSeq(out CSeq cseq))
            sum += (int)cseq.Number;
        if (_message.TryGetContact(out NameAddress contact))
            sum += contact.Uri.Host.Length;
        foreach (ReadOnlySpan<byte> value in _message.Values(SipHeader.Route))
        {
            if (NameAddress.TryParse(value, out NameAddress route))
                sum += route.Uri.Host.Length;
        }

        return sum;
    }

    [Benchmark]
    public bool ParseAlone() => _message.Parse(_invite).IsOk;

    [Benchmark]
    public int Libre()
    {
        if (_mbuf == 0)
            throw new InvalidOperationException("libre.so.0 is not installed (Debian: libre0).");

        // struct mbuf { uint8_t *buf; size_t size; size_t pos; size_t end; }
        ((nuint*)_mbuf)[2] = 0;
        ((nuint*)_mbuf)[3] = (nuint)_invite.Length;
        int error = sip_msg_decode(out nint message, _mbuf);
        _ = mem_deref(message);
        return error == 0 ? 0 : throw new InvalidOperationException($"sip_msg_decode gave {error}.");
    }

    [Benchmark]
    public int Osip()
    {
        if (!_hasOsip)
            throw new InvalidOperationException("libosipparser2.so.15 is not installed (Debian: libosip2-15).");

        _ = osip_message_init(out nint message);
        int error;
        fixed (byte* bytes = _terminated)
            error = osip_message_parse(message, bytes, (nuint)_invite.Length);
        osip_message_free(message);
        return error == 0 ? 0 : throw new InvalidOperationException($"osip_message_parse gave {error}.");
    }

    /// <summary>What a phone behind two proxies receives, offering three codecs and keys.</summary>
    internal static byte[] Invite()
    {
        const string Sdp = "v=0\r\no=alice 2890844526 2890844526 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\n"
            + "m=audio 49170 RTP/AVP 9 0 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
            + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
        const string Head = "INVITE sip:bob@192.0.2.4:5060;transport=udp SIP/2.0\r\n"
            + "Via: SIP/2.0/UDP p1.example.com;branch=z9hG4bK77ef4c.1\r\n"
            + "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKnashds8;rport=5060;received=192.0.2.1\r\n"
            + "Max-Forwards: 69\r\n"
            + "Route: <sip:p2.example.com;lr>, <sip:p3.example.com;lr>\r\n"
            + "Record-Route: <sip:p1.example.com;lr>\r\n"
            + "From: \"Alice\" <sip:alice@example.com>;tag=1928301774\r\n"
            + "To: \"Bob\" <sip:bob@example.com>;tag=a6c85cf\r\n"
            + "Call-ID: a84b4c76e66710@10.0.0.5\r\n"
            + "CSeq: 314159 INVITE\r\n"
            + "Contact: <sip:alice@10.0.0.5:5060;transport=udp>\r\n"
            + "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\n"
            + "Supported: replaces, timer\r\n"
            + "User-Agent: Earshot/0.10 (Linux)\r\n"
            + "Content-Type: application/sdp\r\n"
            + "Content-Length: {0}\r\n\r\n";
        byte[] invite = Encoding.ASCII.GetBytes(Head.Replace("{0}", Sdp.Length.ToString("D3", null), StringComparison.Ordinal) + Sdp);
        return invite.Length == Length ? invite : throw new InvalidOperationException($"The INVITE has {invite.Length} bytes.");
    }

#pragma warning disable SYSLIB1054, CA5392, CA2101, IDE1006 // names are those of the C libraries, which only this benchmark calls
    [LibraryImport("libosipparser2.so.15")]
    private static partial int parser_init();

    [LibraryImport("libosipparser2.so.15")]
    private static partial int osip_message_init(out nint message);

    [LibraryImport("libosipparser2.so.15")]
    private static partial int osip_message_parse(nint message, byte* bytes, nuint length);

    [LibraryImport("libosipparser2.so.15")]
    private static partial void osip_message_free(nint message);

    [LibraryImport("libre.so.0")]
    private static partial nint mbuf_alloc(nuint size);

    [LibraryImport("libre.so.0")]
    private static partial int mbuf_write_mem(nint mbuf, byte* bytes, nuint length);

    [LibraryImport("libre.so.0")]
    private static partial int sip_msg_decode(out nint message, nint mbuf);

    [LibraryImport("libre.so.0")]
    private static partial nint mem_deref(nint data);
#pragma warning restore SYSLIB1054, CA5392, CA2101, IDE1006
}
