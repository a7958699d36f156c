// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Text;
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Tests.Stun;

public sealed class StunMessageTests
{
    private static readonly TransactionId Id = new(0x0102030405060708, 0x090a0b0c);

    [Theory]
    [InlineData((int)StunMethod.Binding, (int)StunClass.Request, 0x0001)]
    [InlineData((int)StunMethod.Binding, (int)StunClass.Indication, 0x0011)]
    [InlineData((int)StunMethod.Binding, (int)StunClass.Success, 0x0101)]
    [InlineData((int)StunMethod.Binding, (int)StunClass.Error, 0x0111)]
    [InlineData((int)StunMethod.Allocate, (int)StunClass.Error, 0x0113)]
    [InlineData(0xfff, (int)StunClass.Error, 0x3fff)]
    [InlineData(0x0fb, (int)StunClass.Success, 0x03eb)]
    public void MethodAndClassAreInterleaved(int methodNumber, int classBits, ushort type)
    {
        var (method, kind) = ((StunMethod)methodNumber, (StunClass)classBits);
        Assert.Equal(type, StunType.Combine(method, kind));
        Assert.Equal((method, kind), (StunType.MethodOf(type), StunType.ClassOf(type)));
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        Assert.True(TransportAddress.TryParse("198.51.100.7", 3478, out var v4) & TransportAddress.TryParse("2001:db8::7", 40000, out var v6));
        using var key = StunKey.ShortTerm("password");
        var bytes = new byte[400];
        var writer = new StunWriter(bytes, StunMethod.Allocate, StunClass.Error, Id);
        writer.AddXorAddress(StunAttribute.XorPeerAddress, v6);
        writer.AddAddress(StunAttribute.AlternateServer, v4);
        writer.AddError(438, "Stale Nonce"u8);
        writer.AddUnknown([0x7001, 0x7002, 0x7003]);
        writer.AddUInt64(StunAttribute.IceControlling, ulong.MaxValue - 1);
        writer.AddFlag(StunAttribute.UseCandidate);
        writer.AddSha1(key);
        writer.AddSha256(key);
        writer.AddFingerprint();
        Assert.True(writer.TryFinish(out int length));
        Assert.True(StunMessage.TryParse(bytes.AsSpan(0, length), out var message));
        Assert.Equal((StunMethod.Allocate, StunClass.Error, Id), (message.Method, message.Class, message.TransactionId));
        Assert.True(message.TryGetXorAddress(StunAttribute.XorPeerAddress, out var peer) && peer == v6);
        Assert.True(message.TryGetAddress(StunAttribute.AlternateServer, out var server) && server == v4);
        Assert.True(message.TryGetError(out int code, out var reason) && code == 438);
        Assert.Equal("Stale Nonce", Encoding.UTF8.GetString(reason));
        Assert.True(message.TryGetUInt64(StunAttribute.IceControlling, out ulong tie) && tie == ulong.MaxValue - 1);
        Assert.True(message.Has(StunAttribute.UseCandidate) && !message.Has(StunAttribute.Username));
        Assert.True(message.IsSha1Valid(key) && message.IsSha256Valid(key) && message.IsFingerprintValid);
    }

    [Fact]
    public void EveryFlippedBitBreaksTheIntegrityOrTheMessage()
    {
        using var key = StunKey.ShortTerm("password");
        var bytes = Check(key, out int length);
        for (int bit = 0; bit < 8 * length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (StunMessage.TryParse(bytes.AsSpan(0, length), out var message))
                Assert.False(message.IsSha1Valid(key) && message.IsFingerprintValid);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void AttributesBehindTheIntegrityAreNotLookedAt()
    {
        using var key = StunKey.ShortTerm("password");
        var bytes = new byte[200];
        var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
        writer.AddUInt32(StunAttribute.Priority, 1);
        writer.AddSha1(key);
        writer.AddFlag(StunAttribute.UseCandidate);
        writer.AddFlag((StunAttribute)0x7fff);
        writer.AddFingerprint();
        Assert.True(writer.TryFinish(out int length) & StunMessage.TryParse(bytes.AsSpan(0, length), out var message));
        Assert.True(message.IsSha1Valid(key) && message.IsFingerprintValid);
        Assert.False(message.Has(StunAttribute.UseCandidate));
        Assert.Equal(0, message.FindUnknown(default));
    }

    [Fact]
    public void ATruncatedSha256IsTaken()
    {
        using var key = StunKey.ShortTerm("password");
        var bytes = new byte[20 + 4 + 16];
        new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id).TryFinish(out _);
        StunWriter.WriteLength(bytes, 40);
        (bytes[21], bytes[23]) = (0x1c, 16);
        HMACSHA256.HashData("password"u8, bytes.AsSpan(0, 20)).AsSpan(0, 16).CopyTo(bytes.AsSpan(24));
        Assert.True(StunMessage.TryParse(bytes, out var message) && message.IsSha256Valid(key));
        bytes[39] ^= 1;
        Assert.True(StunMessage.TryParse(bytes, out message) && !message.IsSha256Valid(key));
    }

    [Theory]
    [InlineData(22)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(256)]
    public void PasswordsOfEveryLengthGiveTheFrameworksCode(int length)
    {
        string password = new('p', length);
        using var key = StunKey.ShortTerm(password);
        var bytes = new byte[100];
        var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
        writer.AddText(StunAttribute.Username, "abcd:efgh");
        writer.AddSha1(key);
        Assert.True(writer.TryFinish(out int written));
        Assert.Equal(HMACSHA1.HashData(Encoding.ASCII.GetBytes(password), bytes.AsSpan(0, written - 24)), bytes.AsSpan(written - 20, 20).ToArray());
    }

    [Fact]
    public void NothingFollowsAFingerprint()
    {
        var bytes = new byte[100];
        var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
        writer.AddFingerprint();
        writer.AddUInt32(StunAttribute.Priority, 1);
        Assert.True(writer.TryFinish(out int length));
        Assert.False(StunMessage.TryParse(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void WhatDoesNotFitIsNotWritten()
    {
        using var key = StunKey.ShortTerm("password");
        for (int room = 0; room < 60; room++)
        {
            var bytes = new byte[room];
            var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
            writer.AddText(StunAttribute.Username, "abcd:efgh");
            writer.AddSha1(key);
            Assert.False(writer.TryFinish(out int length));
            Assert.Equal(0, length);
        }
    }

    [Fact]
    public void UnknownRequiredAttributesAreFound()
    {
        var bytes = new byte[100];
        var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
        writer.AddUInt32((StunAttribute)0x0003, 6);
        writer.AddUInt32((StunAttribute)0x9000, 6);
        writer.AddFlag((StunAttribute)0x7777);
        Assert.True(writer.TryFinish(out int length) & StunMessage.TryParse(bytes.AsSpan(0, length), out var message));
        Span<ushort> unknown = stackalloc ushort[1];
        Assert.Equal(2, message.FindUnknown(unknown));
        Assert.Equal(0x0003, unknown[0]);
    }

    [Fact]
    public void HandlingACheckDoesNotAllocate()
    {
        using var key = StunKey.ShortTerm("VOkJxbRl1RmTxUk/WvJxBt");
        var bytes = Check(key, out int length);
        var answer = new byte[128];
        SteadyState.AllocatesNothing(1000, () =>
        {
            Assert.True(StunMessage.TryParse(bytes.AsSpan(0, length), out var message) && message.IsFingerprintValid && message.IsSha1Valid(key));
            var writer = new StunWriter(answer, StunMethod.Binding, StunClass.Success, message.TransactionId);
            writer.AddXorAddress(StunAttribute.XorMappedAddress, new TransportAddress(1, 2, 3, true));
            writer.AddSha1(key);
            writer.AddSha256(key);
            writer.AddFingerprint();
            Assert.True(writer.TryFinish(out int written) && StunMessage.TryParse(answer.AsSpan(0, written), out var back) && back.IsSha256Valid(key));
        });
    }

    [Fact]
    public void ChecksumOfTheStandard()
    {
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32.Compute(default));
        Assert.Equal(0x414FA339u, Crc32.Compute("The quick brown fox jumps over the lazy dog"u8));
    }

    [Fact]
    public void RandomAndMutatedBytesAreReadOrRefused()
    {
        var random = new Random(FuzzSeed.Or(8489));
        using var key = StunKey.ShortTerm("password");
        var seed = Check(key, out int length);
        var bytes = new byte[160];
        Span<ushort> unknown = stackalloc ushort[4];
        for (int round = 0; round < 60_000; round++)
        {
            seed.AsSpan(0, length).CopyTo(bytes);
            int size = random.Next(4) == 0 ? random.Next(bytes.Length) : length;
            for (int n = random.Next(6); n > 0; n--)
                bytes[random.Next(size + 1)] = (byte)random.Next(256);
            if (random.Next(2) == 0 && size >= 20)
                StunWriter.WriteLength(bytes, size & ~3);
            if (!StunMessage.TryParse(bytes.AsSpan(0, size & ~(random.Next(8) == 0 ? 0 : 3)), out var message))
                continue;
            message.FindUnknown(unknown);
            message.TryGetError(out _, out _);
            message.TryGetXorAddress(StunAttribute.XorMappedAddress, out _);
            message.TryGetAddress(StunAttribute.MappedAddress, out _);
            message.TryGet(StunAttribute.PasswordAlgorithms, out var list);
            PasswordAlgorithmList.TryPick(list, out _);
            _ = message.IsSha256Valid(key);
            _ = message.IsFingerprintValid;
        }
    }

    private static byte[] Check(StunKey key, out int length)
    {
        var bytes = new byte[200];
        var writer = new StunWriter(bytes, StunMethod.Binding, StunClass.Request, Id);
        writer.AddText(StunAttribute.Username, "evtj:h6vY");
        writer.AddUInt32(StunAttribute.Priority, 0x6e0001ff);
        writer.AddUInt64(StunAttribute.IceControlling, 0x932ff9b151263b36);
        writer.AddSha1(key);
        writer.AddFingerprint();
        Assert.True(writer.TryFinish(out length));
        Assert.Equal(88, length);
        return bytes;
    }
}
