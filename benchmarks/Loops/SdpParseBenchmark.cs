// SPDX-License-Identifier: MIT
using System.Text;
using BenchmarkDotNet.Attributes;
using Earshot.Protocol.Sdp;

namespace Earshot.Benchmarks;

/// <summary>A description of 389 bytes; numbers.md asks for at most 900 ns.</summary>
[MemoryDiagnoser]
public class SdpParseBenchmark
{
    private readonly byte[] _text = Encoding.ASCII.GetBytes(
        "v=0\r\no=- 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=call five\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n"
        + "m=audio 49170 RTP/SAVP 111 9 0 101\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:9 G722/8000\r\n"
        + "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
        + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\na=ptime:20\r\na=sendrecv\r\n");

    /// <summary>Checks the length that the figure is about.</summary>
    [GlobalSetup]
    public void Check()
    {
        if (_text.Length != 389) throw new InvalidOperationException($"The sample has {_text.Length} bytes.");
    }

    /// <summary>Lines cut, o=, c= and m= read.</summary>
    [Benchmark]
    public bool Parse() => SessionDescription.TryParse(_text, out _, out _);

    /// <summary>The same, and every rtpmap and fmtp read.</summary>
    [Benchmark]
    public int ParseAndReadFormats() =>
        SessionDescription.TryParse(_text, out var description, out _) ? PayloadFormat.ReadAll(description!.Media[0]).Count : 0;
}
