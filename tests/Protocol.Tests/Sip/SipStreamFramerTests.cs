// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;
using static Earshot.Protocol.Tests.Sip.SipVectors;

namespace Earshot.Protocol.Tests.Sip;

public sealed class SipStreamFramerTests
{
    private static readonly byte[] First = Bytes("OPTIONS sip:a@b SIP/2.0\nCall-ID: 1\nContent-Length: 4\n\nabcd");
    private static readonly byte[] Second = Bytes("SIP/2.0 200 OK\nl : \n 0\nCall-ID: 2\n\n");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(4096)]
    public void MessagesComeOutWholeHoweverTheStreamIsCut(int piece)
    {
        byte[] stream = [.. "\r\n\r\n"u8, .. First, .. Second, .. "\r\n\r\n"u8, .. First];
        var framer = new SipStreamFramer();
        var messages = new List<byte[]>();
        int pings = 0;
        for (int at = 0; at < stream.Length; at += piece)
        {
            ReadOnlySpan<byte> bytes = stream.AsSpan(at, Math.Min(piece, stream.Length - at));
            Assert.Equal(bytes.Length, framer.Append(bytes));
            for (SipFrame frame = framer.Take(out ReadOnlyMemory<byte> message); frame != SipFrame.NeedMore; frame = framer.Take(out message))
            {
                Assert.NotEqual(SipFrame.Broken, frame);
                if (frame == SipFrame.Message)
                    messages.Add(message.ToArray());
                else if (frame == SipFrame.Ping)
                    pings++;
            }
        }

        Assert.Equal([First, Second, First], messages);
        Assert.Equal(2, pings);
    }

    [Fact]
    public void SingleLineEndIsAPong()
    {
        var framer = new SipStreamFramer();
        framer.Append("\r\n"u8);
        Assert.Equal(SipFrame.Pong, framer.Take(out _));
        Assert.Equal(SipFrame.NeedMore, framer.Take(out _));
    }

    [Theory]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nCall-ID: 1\n\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nContent-Length: -1\n\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nContent-Length: 65537\n\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nContent-Length: 99999999999999999999\n\n")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\nContent-Length: 1\nl: 2\n\n")]
    public void StreamThatCannotBeFollowedIsBroken(string text)
    {
        var framer = new SipStreamFramer();
        framer.Append(Bytes(text));
        Assert.Equal(SipFrame.Broken, framer.Take(out _));
        Assert.Equal(SipFrame.Broken, framer.Take(out _));
    }

    [Fact]
    public void EndlessHeaderIsBrokenAtTheLimit()
    {
        var framer = new SipStreamFramer();
        byte[] noise = new byte[1000];
        noise.AsSpan().Fill((byte)'x');
        int taken = 0;
        SipFrame frame = SipFrame.NeedMore;
        while (frame == SipFrame.NeedMore)
        {
            taken += framer.Append(noise);
            frame = framer.Take(out _);
        }

        Assert.Equal(SipFrame.Broken, frame);
        Assert.Equal(SipMessage.MaxLength, taken);
    }
}
