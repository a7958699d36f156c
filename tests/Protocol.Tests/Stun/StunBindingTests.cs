// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;
using Earshot.Protocol.Tests.Sip;

namespace Earshot.Protocol.Tests.Stun;

public sealed class StunBindingTests
{
    private const string User = "alice", Password = "secret", Realm = "example.org";
    private static readonly TransportAddress Mapped = new(0, 0xC6336407, 40000, false);

    private readonly byte[] _buffer = new byte[1500];
    private Instant _now = Instant.Zero;

    private static StunBinding Binding(StunBindingOptions? options = null) => new(new SeededRandom(1), options ?? new());

    private Instant At(double milliseconds) => _now = Instant.FromMilliseconds(milliseconds);

    private byte[]? Sent(StunBinding binding) => binding.PollTransmit(_buffer, out int length) ? _buffer[..length] : null;

    private delegate void Fill(ref StunWriter writer);

    private static byte[] Response(byte[] request, StunClass kind, Fill fill)
    {
        Assert.True(StunMessage.TryParse(request, out var asked));
        var bytes = new byte[1000];
        var writer = new StunWriter(bytes, StunMethod.Binding, kind, asked.TransactionId);
        fill(ref writer);
        Assert.True(writer.TryFinish(out int length));
        return bytes[..length];
    }

    private static byte[] Challenge(byte[] request, int code, string nonce, byte[]? algorithms = null) => Response(request, StunClass.Error, (ref StunWriter w) =>
    {
        w.AddError(code, "no"u8);
        w.AddText(StunAttribute.Realm, Realm);
        w.AddText(StunAttribute.Nonce, nonce);
        if (algorithms is not null)
            w.Add(StunAttribute.PasswordAlgorithms, algorithms);
    });

    [Fact]
    public void AResponderTellsTheAddressItSees()
    {
        using var binding = Binding();
        binding.Start(_now);
        var request = Sent(binding)!;
        Assert.True(StunResponder.TryRespond(request, Mapped, _buffer, out int length));
        Assert.True(binding.HandlePacket(At(40), _buffer.AsSpan(0, length)));
        Assert.True(binding.PollEvent(out var happened));
        Assert.Equal(new StunBindingEvent.Mapped(Mapped), happened);
        Assert.Equal(Instant.Never, binding.PollTimeout());
    }

    [Fact]
    public void ARequestIsRepeatedSevenTimesAndGivenUpAfter39Point5Seconds()
    {
        using var binding = Binding();
        binding.Start(_now);
        var sent = new List<double>();
        byte[]? first = null;
        while (binding.PollTimeout() != Instant.Never)
        {
            if (Sent(binding) is { } bytes)
            {
                sent.Add(_now.TotalMilliseconds);
                Assert.Equal(first ??= bytes, bytes);
            }

            binding.HandleTimeout(_now = binding.PollTimeout());
        }

        Assert.Equal([0, 500, 1500, 3500, 7500, 15500, 31500], sent);
        Assert.Equal(39500, _now.TotalMilliseconds);
        Assert.True(binding.PollEvent(out var happened));
        Assert.Equal(new StunBindingEvent.Failed(StunFailure.TimedOut, 0, default), happened);
    }

    [Fact]
    public void OverTcpItIsSentOnceAndWaitsAsLong()
    {
        using var binding = Binding(new() { IsReliable = true });
        binding.Start(_now);
        Assert.NotNull(Sent(binding));
        Assert.Equal(39500, binding.PollTimeout().TotalMilliseconds);
        binding.HandleTimeout(At(39500));
        Assert.Null(Sent(binding));
        Assert.True(binding.PollEvent(out var happened) && happened is StunBindingEvent.Failed { Cause: StunFailure.TimedOut });
    }

    [Fact]
    public void AnAnswerToAnotherQuestionIsPassedOver()
    {
        using var binding = Binding();
        using var other = new StunBinding(new SeededRandom(2), new());
        binding.Start(_now);
        other.Start(_now);
        Sent(binding);
        Assert.True(StunResponder.TryRespond(Sent(other)!, Mapped, _buffer, out int length));
        Assert.False(binding.HandlePacket(_now, _buffer.AsSpan(0, length)));
        Assert.False(binding.PollEvent(out _));
    }

    [Fact]
    public void TheMappingIsKeptAliveAndAChangeIsTold()
    {
        using var binding = Binding(new() { KeepAlive = TimeSpan.FromSeconds(15) });
        binding.Start(_now);
        var seen = new List<StunBindingEvent>();
        foreach (var mapped in (TransportAddress[])[Mapped, Mapped, Mapped.WithPort(1)])
        {
            Assert.True(StunResponder.TryRespond(Sent(binding)!, mapped, _buffer, out int length));
            Assert.True(binding.HandlePacket(_now, _buffer.AsSpan(0, length)));
            binding.HandleTimeout(_now = binding.PollTimeout());
            while (binding.PollEvent(out var happened))
                seen.Add(happened);
        }

        Assert.Equal([new StunBindingEvent.Mapped(Mapped), new StunBindingEvent.Mapped(Mapped.WithPort(1))], seen);
        Assert.Equal(45000, _now.TotalMilliseconds);
    }

    [Fact]
    public void AnUnknownRequiredAttributeIsAnsweredWith420()
    {
        var writer = new StunWriter(_buffer, StunMethod.Binding, StunClass.Request, new(1, 2));
        writer.AddUInt32((StunAttribute)0x0003, 6);
        writer.TryFinish(out int length);
        var answer = new byte[128];
        Assert.True(StunResponder.TryRespond(_buffer.AsSpan(0, length), Mapped, answer, out int written));
        Assert.True(StunMessage.TryParse(answer.AsSpan(0, written), out var message) && message.TryGetError(out int code, out _) && code == 420);
        Assert.True(message.TryGet(StunAttribute.UnknownAttributes, out var unknown));
        Assert.Equal([0, 3], unknown.ToArray());
    }

    [Fact]
    public void AnAnswerThatMustBeUnderstoodAndIsNotFails()
    {
        using var binding = Binding();
        binding.Start(_now);
        binding.HandlePacket(_now, Response(Sent(binding)!, StunClass.Success, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttribute.XorMappedAddress, Mapped);
            w.AddFlag((StunAttribute)0x7001);
        }));
        Assert.True(binding.PollEvent(out var happened) && happened is StunBindingEvent.Failed { Cause: StunFailure.Malformed });
    }

    [Fact]
    public void AServerMayPointToAnother()
    {
        using var binding = Binding();
        binding.Start(_now);
        binding.HandlePacket(_now, Response(Sent(binding)!, StunClass.Error, (ref StunWriter w) =>
        {
            w.AddError(300, "Try Alternate"u8);
            w.AddAddress(StunAttribute.AlternateServer, Mapped);
        }));
        Assert.True(binding.PollEvent(out var happened));
        Assert.Equal(new StunBindingEvent.Failed(StunFailure.Redirected, 300, Mapped), happened);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void AChallengeIsAnsweredAndAStaleNonceRenewed(bool listed, bool anonymous)
    {
        using var binding = Binding(new() { Username = User, Password = Password });
        byte[]? list = listed ? [0, 7, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0] : null;
        var features = (listed ? SecurityFeatures.PasswordAlgorithms : 0) | (anonymous ? SecurityFeatures.UsernameAnonymity : 0);
        using var key = listed ? StunKey.LongTermSha256(User, Realm, Password) : StunKey.LongTermMd5(User, Realm, Password);
        binding.Start(_now);
        var first = Sent(binding)!;
        Assert.True(StunMessage.TryParse(first, out var plain) && !plain.HasSha1 && !plain.Has(StunAttribute.Username));
        binding.HandlePacket(_now, Challenge(first, 401, NonceCookie.Write(features, "one"), list));
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 438, NonceCookie.Write(features, "two"), list));
        var signed = Sent(binding)!;
        Assert.True(StunMessage.TryParse(signed, out var message) && message.TransactionId != plain.TransactionId);
        Assert.Equal((listed, !listed), (message.IsSha256Valid(key), message.IsSha1Valid(key)));
        Assert.Equal((anonymous, !anonymous), (message.Has(StunAttribute.UserHash), message.Has(StunAttribute.Username)));
        Assert.True(message.TryGet(StunAttribute.Nonce, out var nonce) && nonce.EndsWith("two"u8));
        Assert.Equal(listed, message.TryGetUInt32(StunAttribute.PasswordAlgorithm, out uint algorithm) && algorithm == 2 << 16);
        Assert.Equal(listed, message.TryGet(StunAttribute.PasswordAlgorithms, out var echoed) && echoed.SequenceEqual(list));
        binding.HandlePacket(_now, Response(signed, StunClass.Success, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttribute.XorMappedAddress, Mapped);
            if (listed) w.AddSha256(key);
            else w.AddSha1(key);
        }));
        Assert.True(binding.PollEvent(out var happened) && happened is StunBindingEvent.Mapped);
    }

    [Fact]
    public void TheSamePasswordIsNotTriedTwice()
    {
        using var binding = Binding(new() { Username = User, Password = Password });
        binding.Start(_now);
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, "a"));
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, "b"));
        Assert.Null(Sent(binding));
        Assert.True(binding.PollEvent(out var happened));
        Assert.Equal(new StunBindingEvent.Failed(StunFailure.Refused, 401, default), happened);
    }

    [Fact]
    public void AServerThatFindsEveryNonceStaleIsLeft()
    {
        using var binding = Binding(new() { Username = User, Password = Password });
        binding.Start(_now);
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, "a"));
        int rounds = 0;
        while (Sent(binding) is { } request && rounds++ < 100)
            binding.HandlePacket(_now, Challenge(request, 438, "b"));
        Assert.InRange(rounds, 1, 5);
        Assert.True(binding.PollEvent(out var happened) && happened is StunBindingEvent.Failed { Status: 438 });
    }

    [Fact]
    public void AStrippedListOfAlgorithmsIsABidDownAndNotAnswered()
    {
        using var binding = Binding(new() { Username = User, Password = Password });
        binding.Start(_now);
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, NonceCookie.Write(SecurityFeatures.PasswordAlgorithms, "x")));
        Assert.Null(Sent(binding));
        Assert.True(binding.PollEvent(out var happened) && happened is StunBindingEvent.Failed { Cause: StunFailure.Refused });
    }

    [Fact]
    public void AListOfUnknownAlgorithmsIsNotAnswered()
    {
        using var binding = Binding(new() { Username = User, Password = Password });
        binding.Start(_now);
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, NonceCookie.Write(SecurityFeatures.PasswordAlgorithms, "x"), [0, 9, 0, 0]));
        Assert.Null(Sent(binding));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ForgedAnswersAreAsIfTheyNeverCame(bool reliable)
    {
        using var binding = Binding(new() { Username = User, Password = Password, IsReliable = reliable });
        binding.Start(_now);
        binding.HandlePacket(_now, Challenge(Sent(binding)!, 401, "a"));
        binding.HandlePacket(_now, Response(Sent(binding)!, StunClass.Success, (ref StunWriter w) => w.AddXorAddress(StunAttribute.XorMappedAddress, Mapped)));
        Assert.Equal(reliable, binding.PollEvent(out var happened));
        while (binding.PollTimeout() != Instant.Never)
            binding.HandleTimeout(_now = binding.PollTimeout());
        Assert.True(reliable || binding.PollEvent(out happened));
        Assert.Equal(new StunBindingEvent.Failed(StunFailure.Forged, 0, default), happened);
    }

    [Fact]
    public void AStreamIsCutIntoMessagesAndChannelData()
    {
        var framer = new StunStreamFramer();
        using var binding = Binding();
        binding.Start(_now);
        var message = Sent(binding)!;
        byte[] stream = [.. message, 0x40, 0x01, 0, 3, 1, 2, 3, 0, .. message];
        var frames = new List<byte[]>();
        foreach (byte one in stream)
        {
            Assert.Equal(1, framer.Append([one]));
            while (framer.TryTake(out var frame))
                frames.Add(frame.ToArray());
        }

        Assert.Equal(3, frames.Count);
        Assert.Equal(message, frames[0]);
        Assert.Equal([0x40, 1, 0, 3, 1, 2, 3], frames[1]);
        Assert.Equal(message, frames[2]);
        framer.Append([0x80, 0, 0, 0]);
        Assert.False(framer.TryTake(out _));
        Assert.True(framer.IsBroken);
    }

    [Fact]
    public void AFrameLongerThanTheBufferBreaksTheStream()
    {
        var framer = new StunStreamFramer(256);
        framer.Append([0x40, 0, 0x7f, 0xff]);
        Assert.False(framer.TryTake(out _));
        Assert.True(framer.IsBroken);
    }
}
