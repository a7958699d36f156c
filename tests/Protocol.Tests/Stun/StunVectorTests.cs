// SPDX-License-Identifier: MIT
using System.Text;
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Stun;

/// <summary>RFC 5769 §2.1–2.4, and RFC 8489 B.1 as erratum 6268 corrects it.</summary>
public sealed class StunVectorTests
{
    private const string Password = "VOkJxbRl1RmTxUk/WvJxBt";
    private const string User = "マトリックス";

    private static byte[] Read(string file) => SipVectors.Read("stun", file);

    [Fact]
    public void Rfc5769Request()
    {
        Assert.True(StunMessage.TryParse(Read("rfc5769-req.bin"), out var message));
        using var key = StunKey.ShortTerm(Password);
        Assert.Equal((StunMethod.Binding, StunClass.Request), (message.Method, message.Class));
        Assert.True(message.IsFingerprintValid && message.IsSha1Valid(key) && !message.HasSha256);
        Assert.True(message.TryGet(StunAttribute.Software, out var software));
        Assert.Equal("STUN test client", Encoding.UTF8.GetString(software));
        Assert.True(message.TryGet(StunAttribute.Username, out var name));
        Assert.Equal("evtj:h6vY", Encoding.UTF8.GetString(name));
        Assert.True(message.TryGetUInt32(StunAttribute.Priority, out uint priority));
        Assert.Equal(0x6e0001ffu, priority);
        Assert.True(message.TryGetUInt64(StunAttribute.IceControlled, out ulong tie));
        Assert.Equal(0x932ff9b151263b36u, tie);
        Assert.Equal(0, message.FindUnknown(default));
    }

    [Theory]
    [InlineData("rfc5769-respv4.bin", "192.0.2.1")]
    [InlineData("rfc5769-respv6.bin", "2001:db8:1234:5678:11:2233:4455:6677")]
    public void Rfc5769Responses(string file, string mapped)
    {
        Assert.True(StunMessage.TryParse(Read(file), out var message));
        using var key = StunKey.ShortTerm(Password);
        Assert.Equal((StunMethod.Binding, StunClass.Success), (message.Method, message.Class));
        Assert.True(message.IsFingerprintValid && message.IsSha1Valid(key));
        Assert.True(message.TryGetXorAddress(StunAttribute.XorMappedAddress, out var address));
        Assert.True(TransportAddress.TryParse(mapped, 32853, out var expected));
        Assert.Equal(expected, address);
    }

    [Fact]
    public void Rfc5769LongTerm()
    {
        Assert.True(StunMessage.TryParse(Read("rfc5769-longterm.bin"), out var message));
        using var key = StunKey.LongTermMd5(User, "example.org", "TheMatrIX");
        Assert.True(message.IsSha1Valid(key) && !message.HasFingerprint && !message.IsFingerprintValid);
        Assert.True(message.TryGet(StunAttribute.Username, out var name));
        Assert.Equal(User, Encoding.UTF8.GetString(name));
    }

    [Fact]
    public void Rfc8489UserHashAndSha256()
    {
        Assert.True(StunMessage.TryParse(Read("rfc8489-userhash.bin"), out var message));
        using var key = StunKey.LongTermSha256(User, "example.org", "TheMatrIX");
        Assert.True(message.IsSha256Valid(key) && !message.HasSha1);
        Assert.True(message.TryGet(StunAttribute.UserHash, out var hash));
        Assert.Equal(StunKey.UserHash(User, "example.org"), hash.ToArray());
        Assert.True(message.TryGet(StunAttribute.Nonce, out var nonce));
        Assert.Equal(SecurityFeatures.UsernameAnonymity, NonceCookie.Read(nonce));
    }

    [Fact]
    public void Rfc5769ResponsesAreWrittenByteForByteButForTheirPadding()
    {
        var expected = Read("rfc5769-respv4.bin");
        Assert.True(StunMessage.TryParse(expected, out var message) & message.TryGetXorAddress(StunAttribute.XorMappedAddress, out var mapped));
        using var key = StunKey.ShortTerm(Password);
        var written = new byte[200];
        var writer = new StunWriter(written, StunMethod.Binding, StunClass.Success, message.TransactionId);
        writer.AddText(StunAttribute.Software, "test vector");
        writer.AddXorAddress(StunAttribute.XorMappedAddress, mapped);
        Assert.True(writer.TryFinish(out int length));
        // The vector pads with a space, we with zeros (RFC 8489 §14): the same but for that byte.
        written[20 + 4 + 11] = 0x20;
        Assert.Equal(expected.AsSpan(4, length - 4).ToArray(), written.AsSpan(4, length - 4).ToArray());
    }

    [Fact]
    public void Rfc8489RequestIsWrittenByteForByte()
    {
        var expected = Read("rfc8489-userhash.bin");
        Assert.True(StunMessage.TryParse(expected, out var message));
        using var key = StunKey.LongTermSha256(User, "example.org", "TheMatrIX");
        var written = new byte[200];
        var writer = new StunWriter(written, StunMethod.Binding, StunClass.Request, message.TransactionId);
        writer.Add(StunAttribute.UserHash, StunKey.UserHash(User, "example.org"));
        writer.AddText(StunAttribute.Nonce, "obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA");
        writer.AddText(StunAttribute.Realm, "example.org");
        writer.AddUInt32(StunAttribute.PasswordAlgorithm, 2 << 16);
        writer.AddSha256(key);
        Assert.True(writer.TryFinish(out int length));
        Assert.Equal(expected, written.AsSpan(0, length).ToArray());
    }

    [Fact]
    public void LongTermMd5LongTermKeyIsThatOfTheSpecification()
    {
        // RFC 8489 §9.2.2: user:realm:pass gives 8493fbc53ba582fb4c044c456bdc40eb; seen through a code computed with that key.
        using var key = StunKey.LongTermMd5("user", "\"realm\"", "pass");
        var message = new byte[20];
        var code = new byte[20];
        Assert.True(key.TryComputeSha1(message, code));
        StunWriter.WriteLength(message, 44);
        Assert.Equal(System.Security.Cryptography.HMACSHA1.HashData(Convert.FromHexString("8493fbc53ba582fb4c044c456bdc40eb"), message), code);
    }
}
