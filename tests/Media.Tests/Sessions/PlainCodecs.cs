// SPDX-License-Identifier: MIT
using Earshot.Media.Codecs;
using Earshot.Protocol.Sdp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Every codec name as 8-bit samples at 8 kHz: sessions are tested without any codec's library.</summary>
internal sealed class PlainCodecs : IMediaCodecs
{
    private const int Ratio = 6;

    public IAudioEncoder CreateEncoder(NegotiatedCodec codec, MediaSessionOptions options, double packetTimeMs) => new Encoder(codec.ClockRate);

    public IAudioDecoder CreateDecoder(NegotiatedCodec codec) => new Decoder(codec.ClockRate);

    private sealed class Encoder(int clock) : IAudioEncoder
    {
        public int SampleRate => 48000;

        public int RtpClockRate => clock;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
        {
            for (int i = 0; i < pcm.Length / Ratio; i++)
                payload[i] = (byte)(pcm[i * Ratio] >> 7);
            return pcm.Length / Ratio;
        }

        public void Dispose()
        {
        }
    }

    private sealed class Decoder(int clock) : IAudioDecoder
    {
        public int SampleRate => 48000;

        public int RtpClockRate => clock;

        public bool HasConcealment => false;

        public int PayloadSamples(ReadOnlySpan<byte> payload) => payload.Length * Ratio;

        public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
        {
            for (int i = 0; i < payload.Length * Ratio; i++)
            {
                int from = (sbyte)payload[i / Ratio] << 7;
                int to = (i / Ratio) + 1 < payload.Length ? (sbyte)payload[(i / Ratio) + 1] << 7 : from;
                pcm[i] = (short)(from + ((to - from) * (i % Ratio) / Ratio));
            }

            return payload.Length * Ratio;
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

        public void Dispose()
        {
        }
    }
}
