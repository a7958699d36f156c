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

    [Fact]
    public void ACodecThatIsTakenAwayInTheMidstOfABlockLeavesTheCallItsSound()
    {
        var phone = new Phone(plays: true);
        var next = new PaperDecoder();
        for (int i = 0; i < 10; i++)
            phone.Frame(i);
        // The control thread gets in between while the hole before packet 11 is being mended.
        phone.Decoder.Asked = () => phone.Pipeline.Apply(new PlaybackPlan([(8, next)], true));
        for (int i = 11; i < 30; i++)
            phone.Frame(i, i < 14 ? (byte)0 : (byte)8);
        Assert.Null(phone.Pipeline.Failure);
        Assert.Equal(1000, phone.Block[100]);
    }

    [Fact]
    public void ACodecThatIsAgreedAnewIsNotMissingForAMoment()
    {
        var phone = new Phone(plays: true);
        PlaybackPlan[] plans = [new([(0, phone.Decoder)], true), new([(0, new PaperDecoder())], true)];
        using var done = new CancellationTokenSource();
        var control = new Thread(() =>
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
                phone.Pipeline.Apply(plans[i & 1]);
        });
        control.Start();
        for (int i = 0; i < 3000; i++)
            phone.Frame(i);
        done.Cancel();
        control.Join();
        Assert.Equal((0, 0), (phone.Pipeline.Statistics.PacketsDiscarded, phone.Pipeline.Statistics.ConcealedSamples));
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

        public void Frame(int i) => Frame(i, 0);

        public void Frame(int i, byte payloadType)
        {
            var now = Instant.FromMilliseconds(1000 + (i * 20));
            RtpPacket.WriteHeader(_packet, payloadType, i == 0, (ushort)i, (uint)(i * 160), 1);
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

        /// <summary>Called once when the decoder is asked for the frame before a packet.</summary>
        public Action? Asked { get; set; }

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

        public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm)
        {
            Asked?.Invoke();
            Asked = null;
            return 0;
        }

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
