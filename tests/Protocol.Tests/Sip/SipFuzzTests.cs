// SPDX-License-Identifier: MIT
using Earshot.Protocol.Sip;
using static Earshot.Protocol.Tests.Sip.SipVectors;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>Seeded mutations of all torture messages: whatever comes, a typed outcome and no exception.</summary>
public sealed class SipFuzzTests
{
    private static readonly byte[][] Spice =
        [.. ((string[])["\r\n", "\r\n ", "\"", "<", ">", ";", ",", ";;", ":", "@", "%", "%0", "[", "]", "=", "\0", "(", "?", "Via:", "SIP/2.0", " ", "\\", "999999999999", "*"]).Select(s => Bytes(s))];

    [Fact]
    public void MutatedMessagesNeverThrow()
    {
        var random = new Random(FuzzSeed.Or(4475));
        byte[][] seeds = [.. All()];
        var message = new SipMessage();
        var writer = new SipMessageWriter();
        int answered = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = Mutate(random, seeds[random.Next(seeds.Length)]);
            SipParseResult result = message.Parse(bytes);
            ReadEverything(message);
            if (!message.IsRequest || result.Outcome == SipParseOutcome.Discard)
                continue;

            answered++;
            int status = result.IsOk ? RequestInspection.Inspect(message, new UserAgentCapabilities()) : result.Status;
            status = status == 0 ? 200 : status;
            writer.StartResponse(message, status, default, "tag"u8, System.Net.IPAddress.Loopback, 5060);
            RequestInspection.WriteHeaders(writer, message, new UserAgentCapabilities(), status);
            ReadOnlyMemory<byte> answer = writer.Finish();
            if (result.IsOk)
            {
                SipParseResult echoed = new SipMessage().Parse(answer);
                Assert.True(echoed.IsOk, $"{echoed}\n{Text(bytes)}\n{Text(answer.Span)}");
            }
        }

        Assert.True(answered > 1000);
    }

    [Fact]
    public void MutatedStreamsNeverThrow()
    {
        var random = new Random(FuzzSeed.Or(3261));
        byte[][] seeds = [.. All()];
        for (int round = 0; round < 2000; round++)
        {
            var framer = new SipStreamFramer();
            for (int part = 0; part < 4; part++)
            {
                framer.Append(Mutate(random, seeds[random.Next(seeds.Length)]));
                for (SipFrame frame = framer.Take(out _); frame is not (SipFrame.NeedMore or SipFrame.Broken); frame = framer.Take(out _))
                {
                }
            }
        }
    }

    [Fact]
    public void NoiseNeverThrows()
    {
        var random = new Random(FuzzSeed.Or(1));
        var message = new SipMessage();
        for (int round = 0; round < 5000; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Assert.False(message.Parse(bytes).IsOk);
            ReadEverything(message);
        }
    }

    private static byte[] Mutate(Random random, byte[] seed)
    {
        List<byte> bytes = [.. seed];
        int changes = random.Next(1, 5);
        for (int i = 0; i < changes && bytes.Count > 1; i++)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, Spice[random.Next(Spice.Length)]);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static void ReadEverything(SipMessage message)
    {
        message.TryGetTopVia(out _);
        message.TryGetFrom(out NameAddress from);
        from.DisplayNameString();
        from.Uri.UserString();
        message.TryGetTo(out _);
        message.TryGetCSeq(out _);
        message.TryGetRequestUri(out _);
        message.TryGetDate(out _);
        message.TryGetRetryAfter(out _);
        message.TryGetContentType(out _);
        message.ToString();
        foreach (SipHeader header in Enum.GetValues<SipHeader>())
        {
            foreach (ReadOnlySpan<byte> value in message.Values(header))
            {
                _ = NameAddress.TryParse(value, out NameAddress address);
                SipUriView.AreEqual(address.Uri, from.Uri);
                _ = Via.TryParse(value, out _);
            }
        }
    }
}
