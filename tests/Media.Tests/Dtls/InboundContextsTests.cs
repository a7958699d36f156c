// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Dtls;

public sealed class InboundContextsTests : IDisposable
{
    private readonly InboundContexts _inbound = new();
    private ushort _sequence = 100;

    public void Dispose() => _inbound.Dispose();

    [Fact]
    public void WithoutKeysNothingOpens()
    {
        Assert.False(_inbound.TryUnprotectRtp(At(0), new byte[100], out int length));
        Assert.Equal((0, 0), (length, _inbound.Epoch));
    }

    [Fact]
    public void OldKeysReceiveForTwoSecondsMore()
    {
        using var first = Take(1, 0);
        Assert.True(Hears(first, 5));
        using var second = Take(2, 1_000);
        Assert.True(Hears(second, 1_001));
        Assert.True(Hears(first, 2_999));
        Assert.False(Hears(first, 3_000));
        Assert.True(Hears(second, 3_001));
        Assert.Equal(1, _inbound.Count);
    }

    [Fact]
    public void APacketOpensOnceWhicheverKeysAreNewest()
    {
        using var first = Take(1, 0);
        byte[] packet = Packet(first, out int length);
        Assert.True(_inbound.TryUnprotectRtp(At(1), packet.AsSpan(0, length).ToArray(), out _));
        using var second = Take(2, 10);
        Assert.False(_inbound.TryUnprotectRtp(At(20), packet.AsSpan(0, length).ToArray(), out _));
    }

    [Fact]
    public void OlderKeysThatComeLateAreNotTaken()
    {
        using var second = Take(2, 0);
        using var first = Take(1, 10);
        Assert.Equal(2, _inbound.Epoch);
        Assert.False(Hears(first, 11));
        Assert.True(Hears(second, 12));
    }

    [Fact]
    public void KeysThatChangeWithoutEndStayFew()
    {
        for (int epoch = 1; epoch < 20; epoch++)
            Take(epoch, epoch).Dispose();
        Assert.Equal(4, _inbound.Count);
        Assert.Equal(19, _inbound.Epoch);
    }

    [Fact]
    public void OpeningDoesNotAllocate()
    {
        using var first = Take(1, 0);
        using var second = Take(2, 0);
        byte[] packet = new byte[200];
        SteadyState.AllocatesNothing(200, i =>
        {
            int length = Protect(i % 2 == 0 ? first : second, packet);
            Assert.True(_inbound.TryUnprotectRtp(At(1), packet.AsSpan(0, length), out _));
        });
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1_000 + ms);

    private SrtpContext Take(int epoch, double at)
    {
        byte[] master = new byte[SrtpProfile.AeadAes128Gcm.MasterLength];
        Array.Fill(master, (byte)epoch);
        using var key = new SrtpMasterKey(SrtpProfile.AeadAes128Gcm, master);
        _inbound.Take(At(at), epoch, SrtpContext.ForReceiving(key));
        return SrtpContext.ForSending(key);
    }

    private bool Hears(SrtpContext sender, double at)
    {
        byte[] packet = Packet(sender, out int length);
        return _inbound.TryUnprotectRtp(At(at), packet.AsSpan(0, length), out _);
    }

    private byte[] Packet(SrtpContext sender, out int length)
    {
        byte[] packet = new byte[200];
        length = Protect(sender, packet);
        return packet;
    }

    private int Protect(SrtpContext sender, byte[] packet)
    {
        packet[0] = 0x80;
        packet[1] = 0;
        packet[2] = (byte)(_sequence >> 8);
        packet[3] = (byte)_sequence++;
        Assert.True(sender.TryProtectRtp(packet, 60, out int length));
        return length;
    }
}
