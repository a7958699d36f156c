// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>The peer's keys change in a running call: nothing on its way is lost, and nothing opens twice.</summary>
public class KeyChangeTests
{
    [Theory]
    [InlineData(900, 1)]
    [InlineData(1_100, 0)]
    public void PacketsOnTheirWayUnderTheOldKeyAreHeardForASecond(int late, int heard)
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        a.Speak(At(0));
        var sent = a.Take().First().Bytes;
        using var newer = SrtpContext.ForReceiving(PaperKeys.Key(50));
        b.Media.Apply(At(10), b.Plan with { Transport = b.Plan.Transport with { Inbound = newer } });
        b.Media.HandleDatagram(At(10 + late), At(10 + late), a.Local, sent);
        Assert.Equal(heard, b.DrainPlayback());
        Assert.Equal(1 - heard, b.Media.Receive.SecurityRefusals);
    }

    [Fact]
    public void AKeyThatComesBackStillKnowsWhatItOpened()
    {
        var (a, b) = PaperKeys.Pair(encrypted: true);
        a.Speak(At(0));
        var sent = a.Take().First().Bytes;
        b.Media.HandleDatagram(At(1), At(1), a.Local, sent.ToArray());
        Assert.Equal(1, b.DrainPlayback());

        var first = b.Plan.Transport.Inbound!;
        using var second = SrtpContext.ForReceiving(PaperKeys.Key(50));
        var to = b.Plan.Transport with { Inbound = second, Kept = [second, first] };
        var back = b.Plan.Transport with { Kept = [first, second] };
        b.Media.Apply(At(100), b.Plan with { Transport = to });
        b.Media.Apply(At(5_000), b.Plan with { Transport = to });
        b.Media.Apply(At(10_000), b.Plan with { Transport = back });
        b.Media.HandleDatagram(At(10_010), At(10_010), a.Local, sent.ToArray());
        Assert.Equal(0, b.DrainPlayback());
        a.Speak(At(10_020));
        b.Media.HandleDatagram(At(10_020), At(10_020), a.Local, a.Take().First().Bytes);
        Assert.Equal(1, b.DrainPlayback());
        b.Media.Close(At(10_100));
    }

    [Fact]
    public void AnAgreementThatComesAfterTheEndIsFreed()
    {
        var (a, _) = PaperKeys.Pair(encrypted: true);
        a.Media.Close(At(0));
        var encoder = new CountingEncoder();
        a.Media.Apply(At(10), a.Plan with { Send = a.Plan.Send with { Encoder = encoder } });
        Assert.Equal(1, encoder.Disposed);
    }

    private static Instant At(double ms) => Instant.FromMilliseconds(1000 + ms);

    private sealed class CountingEncoder : Earshot.Media.Codecs.IAudioEncoder
    {
        public int Disposed { get; private set; }

        public int SampleRate => 48000;

        public int RtpClockRate => 8000;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload) => 0;

        public void Dispose() => Disposed++;
    }
}
