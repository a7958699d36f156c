// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;

namespace Earshot.Tests.BadInput;

/// <summary>SIP and RTP that nobody should send, seeded.</summary>
internal sealed class BadMessages(int seed)
{
    public const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 101\r\n"
        + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

    private static readonly string[] Spice = ["\r\n", "\r\n ", "\"", "<", ">", ";", ",", ":", "@", "%0", "[", "=", "\0", "SIP/2.0", "999999999999"];
    private static readonly string[] Starts =
        ["INVITE sip:bob@127.0.0.1 SIP/2.0", "OPTIONS sip:bob@127.0.0.1 SIP/2.0", "BYE sip:bob@127.0.0.1 SIP/2.0", "ACK sip:bob@127.0.0.1 SIP/2.0",
        "CANCEL sip:bob@127.0.0.1 SIP/2.0", "NONSENSE sip:bob@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", "SIP/2.0 183 Progress", "SIP/2.0 500 No"];

    private readonly Random _random = new(seed);
    private int _number;

    public static byte[] Message(string start, int number, string body, string extra = "", string transport = "UDP") => Encoding.UTF8.GetBytes(
        $"{start}\r\nVia: SIP/2.0/{transport} 127.0.0.1:9;rport;branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\nFrom: <sip:stranger@127.0.0.1>;tag=s{number}\r\n"
        + $"To: <sip:bob@127.0.0.1>\r\nCall-ID: bad{number}\r\nCSeq: 1 {Method(start)}\r\nContact: <sip:stranger@127.0.0.1:9>\r\n{extra}"
        + $"Content-Type: application/sdp\r\nContent-Length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}");

    public byte[] Noise(int longest)
    {
        var bytes = new byte[_random.Next(longest)];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A message of any kind with one to five faults.</summary>
    public byte[] Mutated()
    {
        var bytes = Message(Starts[_random.Next(Starts.Length)], ++_number, Sdp).ToList();
        for (var faults = _random.Next(1, 6); faults > 0 && bytes.Count > 1; faults--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(5))
            {
                case 0: bytes[at] = (byte)_random.Next(256); break;
                case 1: bytes.InsertRange(at, Encoding.ASCII.GetBytes(Spice[_random.Next(Spice.Length)])); break;
                case 2: bytes.RemoveRange(at, Math.Min(_random.Next(1, 30), bytes.Count - at)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 90), bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    /// <summary>A valid RTP header over noise (RFC 3550 §5.1).</summary>
    public byte[] Rtp(uint ssrc, byte payloadType)
    {
        var bytes = new byte[12 + 60];
        _random.NextBytes(bytes);
        bytes[0] = 0x80;
        bytes[1] = payloadType;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), ssrc);
        return bytes;
    }

    private static string Method(string start) => start.StartsWith("SIP", StringComparison.Ordinal) ? "INVITE" : start[..start.IndexOf(' ', StringComparison.Ordinal)];
}
