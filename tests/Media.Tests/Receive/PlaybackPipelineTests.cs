// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Media.Receive;
using Earshot.Protocol;
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Tests.Receive;

public class PlaybackPipelineTests
{
    [Fact]
    public void PlaybackDoesNotAllocate()
    {
        var phone = new Phone(plays: true);
        SteadyState.AllocatesNothing(1000, phone.Frame);
        Assert.True(phone.Sounding > 1500);
    }

    [Fact]
    public void OnHoldPacketsAreDroppedAndSilencePlays()
    {
        var phone = new Phone(plays: false);
        for (int i = 0; i < 50; i++)
            phone.Frame(i);
        Assert.Equal(0, phone.Sounding);
        Assert.Equal(0, phone.Ring.Count);
        Assert.All(phone.Block, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void AfterTheEndSilencePlaysAndTheDecoderIsFreed()
    {
        var phone = new Phone(plays: true);
        for (int i = 0; i < 10; i++)
            phone.Frame(i);
        phone.Pipeline.Close();
        Assert.True(phone.Decoder.Disposed);
        phone.Block.AsSpan().Fill(7);
        Assert.False(phone.Pipeline.Play(phone.Block, Instant.FromMilliseconds(5000)));
        Assert.All(phone.Block, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public void TheEndWaitsForABlockThatIsBeingPlayed()
    {
        for (int round = 0; round < 50; round++)
        {
            var phone = new Phone(plays: true);
            using var playing = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    phone.Frame(i);
                    playing.Set();
                }
            });
            thread.Start();
            playing.Wait();
            phone.Pipeline.Close();
            thread.Join();
            Assert.False(phone.Decoder.UsedAfterDispose);
        }
    }

    [Fact]
    public void ADecoderThatThrowsLeavesSilenceAndAnEndThatDoesNotHang()
    {
        var phone = new Phone(plays: true);
        for (int i = 0; i < 10; i++)
            phone.Frame(i);
        phone.Decoder.Defect = new InvalidOperationException("a defect");
        for (int i = 10; i < 30; i++)
        {
            phone.Block.AsSpan().Fill(7);
            phone.Frame(i);
        }

        Assert.Same(phone.Decoder.Defect, phone.Pipeline.Failure);
        Assert.All(phone.Block, sample => Assert.Equal(0, sample));
        Assert.Equal(0, phone.Ring.Count);
        phone.Pipeline.Close();
        Assert.True(phone.Decoder.Disposed);
    }

    /// <summary>20 ms packets in, two 10 ms blocks out.</summary>
    private sealed class Phone
    {
        private readonly byte[] _packet = new byte[172];

        public Phone(bool plays)
        {
            Pipeline = new PlaybackPipeline(Ring);
            Pipeline.Apply(new PlaybackPlan([(0, Decoder)], plays));
        }

        public SlotRing<ReceivedPacket> Ring { get; } = new(64, static () => new ReceivedPacket());

        public PlaybackPipeline Pipeline { get; }

        public PaperDecoder Decoder { get; } = new();

        public short[] Block { get; } = new short[480];

        public int Sounding { get; private set; }

        public void Frame(int i)
        {
            var now = Instant.FromMilliseconds(1000 + (i * 20));
            RtpPacket.WriteHeader(_packet, 0, i == 0, (ushort)i, (uint)(i * 160), 1);
            if (RtpPacket.TryParse(_packet, out var packet) && Ring.TryBeginWrite(out var slot))
            {
                slot.Fill(in packet, now);
                Ring.CommitWrite();
            }

            Sounding += Pipeline.Play(Block, now) ? 1 : 0;
            Sounding += Pipeline.Play(Block, now + TimeSpan.FromMilliseconds(10)) ? 1 : 0;
        }
    }

    private sealed class PaperDecoder : IAudioDecoder
    {
        public bool Disposed { get; private set; }

        public bool UsedAfterDispose { get; private set; }

        public Exception? Defect { get; set; }

        public int SampleRate => 48000;

        public int RtpClockRate => 8000;

        public bool HasConcealment => false;

        public int PayloadSamples(ReadOnlySpan<byte> payload) => payload.Length * 6;

        public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
        {
            UsedAfterDispose |= Disposed;
            if (Defect is not null)
                throw Defect;
            pcm[..(payload.Length * 6)].Fill(1000);
            return payload.Length * 6;
        }

        public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

        public int Conceal(Span<short> pcm)
        {
            pcm.Clear();
            return pcm.Length;
        }

        public void Reset()
        {
        }

        public void Dispose() => Disposed = true;
    }
}
