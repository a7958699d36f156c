// SPDX-License-Identifier: MIT
namespace Earshot.Media.Codecs.G711;

/// <summary>The two laws of ITU-T G.711: 8 bits a sample, logarithmic.</summary>
internal enum G711Law
{
    /// <summary>PCMU, payload type 0.</summary>
    Mu,

    /// <summary>PCMA, payload type 8.</summary>
    A,
}

/// <summary>Tables of G.711: decoding as the recommendation lists it, encoding to the nearest level it can express.</summary>
/// <remarks>
/// The reference encoders truncate to 14 (µ) or 13 (A) bits first and so are often one level off the nearest; encoding to the nearest is
/// within the recommendation and halves that error. Built once; 64 KiB a law, so that encoding is one look-up.
/// </remarks>
internal static class G711Tables
{
    public static readonly short[] MuDecode = Build(DecodeMu);
    public static readonly short[] ADecode = Build(DecodeA);
    public static readonly byte[] MuEncode = Invert(MuDecode, 0xFF);
    public static readonly byte[] AEncode = Invert(ADecode, 0xD5);

    private static short[] Build(Func<int, int> decode) => [.. Enumerable.Range(0, 256).Select(code => (short)decode(code))];

    // Sign, three bits of segment, four of step, all inverted; the levels are biased by 33 (in 14-bit units), shown here in 16 bits.
    private static int DecodeMu(int code)
    {
        var c = ~code & 0xFF;
        var magnitude = ((((c & 0x0F) << 3) + 0x84) << ((c & 0x70) >> 4)) - 0x84;
        return (c & 0x80) != 0 ? -magnitude : magnitude;
    }

    // Even bits inverted (0x55); the sign bit is 1 for positive.
    private static int DecodeA(int code)
    {
        var c = code ^ 0x55;
        var segment = (c & 0x70) >> 4;
        var magnitude = ((c & 0x0F) << 4) + (segment == 0 ? 8 : 0x108);
        if (segment > 1) magnitude <<= segment - 1;
        return (c & 0x80) != 0 ? magnitude : -magnitude;
    }

    private static byte[] Invert(short[] decode, byte zero)
    {
        // µ-law has two zeros: the walk must step over equal levels, and ends on the preferred one.
        var codes = Enumerable.Range(0, 256).OrderBy(c => decode[c]).ThenBy(c => c == zero ? 1 : 0).ToArray();
        var table = new byte[65536];
        var at = 0;
        for (var sample = -32768; sample <= 32767; sample++)
        {
            while (at + 1 < codes.Length && Math.Abs(decode[codes[at + 1]] - sample) <= Math.Abs(decode[codes[at]] - sample)) at++;
            table[(ushort)sample] = (byte)codes[at];
        }

        return table;
    }
}

/// <summary>PCMU or PCMA to the nearest level.</summary>
/// <remarks>Thread: one media worker at a time. Real-time.</remarks>
internal sealed class G711Encoder(G711Law law) : IAudioEncoder
{
    private readonly byte[] _table = law == G711Law.Mu ? G711Tables.MuEncode : G711Tables.AEncode;

    /// <inheritdoc/>
    public int SampleRate => 8000;

    /// <inheritdoc/>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<short> pcm, Span<byte> payload)
    {
        if (payload.Length < pcm.Length || pcm.IsEmpty) return -1;
        for (var i = 0; i < pcm.Length; i++) payload[i] = _table[(ushort)pcm[i]];
        return pcm.Length;
    }

    public void Dispose()
    {
    }
}

/// <summary>PCMU or PCMA, exact.</summary>
/// <remarks>Thread: playback. Real-time.</remarks>
internal sealed class G711Decoder(G711Law law) : IAudioDecoder
{
    private readonly short[] _table = law == G711Law.Mu ? G711Tables.MuDecode : G711Tables.ADecode;

    /// <inheritdoc/>
    public int SampleRate => 8000;

    /// <inheritdoc/>
    public int RtpClockRate => 8000;

    /// <inheritdoc/>
    public bool HasConcealment => false;

    /// <inheritdoc/>
    public int PayloadSamples(ReadOnlySpan<byte> payload) => payload.IsEmpty ? -1 : payload.Length;

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> payload, Span<short> pcm)
    {
        if (payload.IsEmpty || pcm.Length < payload.Length) return -1;
        for (var i = 0; i < payload.Length; i++) pcm[i] = _table[payload[i]];
        return payload.Length;
    }

    /// <inheritdoc/>
    public int DecodeFec(ReadOnlySpan<byte> nextPayload, Span<short> pcm) => 0;

    /// <inheritdoc/>
    public int Conceal(Span<short> pcm)
    {
        pcm.Clear();
        return pcm.Length;
    }

    /// <inheritdoc/>
    public void Reset()
    {
    }

    public void Dispose()
    {
    }
}
