// SPDX-License-Identifier: MIT
using Earshot.Media.Receive;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Receive;

public class PeerPacketTimeTests
{
    private readonly PeerPacketTime _time = new();
    private readonly byte[] _packet = new byte[RtpPacket.HeaderSize];
    private ushort _sequence = 65_530;
    private uint _timestamp = uint.MaxValue - 1000;

    [Theory]
    [InlineData(960, 48000, 20)]
    [InlineData(120, 48000, 2.5)]
    [InlineData(5760, 48000, 120)]
    [InlineData(240, 8000, 30)]
    public void ItIsTheStepOfTheTimeStamps(uint step, int clock, double ms)
    {
        Send(3, step, clock);
        Assert.Equal(ms, _time.Milliseconds);
    }

    [Fact]
    public void NothingIsKnownOfTwoPackets()
    {
        Send(2, 960);
        Assert.Null(_time.Milliseconds);
    }

    [Fact]
    public void APeerThatAdaptsIsFollowed()
    {
        Send(10, 960);
        Send(3, 2880);
        Assert.Equal(60, _time.Milliseconds);
    }

    [Fact]
    public void PausesKeysLossesAndOtherSourcesAreNoLength()
    {
        Send(10, 160, 8000);
        Send(1, 8000, 8000);               // a pause, without the marker
        Send(1, 160, 8000, marker: true);
        Send(1, 320, 8000);                // one step of its own
        Send(5, 0, 8000);                  // the packets of a key bear one time stamp
        Assert.Equal(20, _time.Milliseconds);
        for (int i = 0; i < 10; i++)
        {
            _sequence++; // every second one is lost
            _timestamp += 160;
            Send(1, 160, 8000);
        }

        Assert.Equal(20, _time.Milliseconds);
        Send(5, 16000, 8000);              // two seconds a packet
        Assert.Equal(20, _time.Milliseconds);
        for (uint ssrc = 2; ssrc < 20; ssrc++)
            Send(1, 480, 8000, ssrc: ssrc);
        Assert.Equal(20, _time.Milliseconds);
    }

    private void Send(int packets, uint step, int clock = 48000, bool marker = false, uint ssrc = 1)
    {
        for (int i = 0; i < packets; i++)
        {
            _timestamp += step;
            RtpPacket.WriteHeader(_packet, 0, marker, _sequence++, _timestamp, ssrc);
            Assert.True(RtpPacket.TryParse(_packet, out var packet));
            _time.HandlePacket(in packet, clock);
        }
    }
}
