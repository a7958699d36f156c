// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>The payload type numbers of our descriptions: one that has meant a codec never means another in this session (RFC 3264 §8.3.2).</summary>
/// <remarks>Thread: the owner's.</remarks>
internal sealed class PayloadNumbers
{
    private const int Numbers = 128;
    private readonly LocalCodec?[] _meant = new LocalCodec?[Numbers];

    /// <summary>Gives every codec of an offer a number: the one it had, else the one wished for, else a free dynamic one.</summary>
    /// <remarks>A codec for which none is left is not offered.</remarks>
    public List<NumberedCodec> Assign(IReadOnlyList<LocalCodec> codecs)
    {
        var meant = (LocalCodec?[])_meant.Clone();
        var numbers = new int[codecs.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = Known(meant, codecs[i]);
        for (var i = 0; i < numbers.Length; i++)
        {
            var wish = codecs[i].PayloadType;
            if (numbers[i] < 0 && wish is >= 0 and < Numbers && meant[wish] is null) Claim(i, wish);
        }
        List<NumberedCodec> result = [];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] < 0 && FirstFree(meant) is { } free) Claim(i, free);
            if (numbers[i] >= 0) result.Add(new NumberedCodec(numbers[i], codecs[i]));
        }
        return result;

        void Claim(int index, int number)
        {
            numbers[index] = number;
            meant[number] = codecs[index];
        }
    }

    /// <summary>Keeps what an agreed description of ours said.</summary>
    public void Remember(IEnumerable<NumberedCodec> codecs)
    {
        foreach (var (number, codec) in codecs) _meant[number] = codec;
    }

    private static int Known(ReadOnlySpan<LocalCodec?> meant, LocalCodec codec)
    {
        for (var number = 0; number < Numbers; number++)
        {
            if (meant[number] is { } known && IsSame(known, codec)) return number;
        }
        return -1;
    }

    private static int? FirstFree(ReadOnlySpan<LocalCodec?> meant)
    {
        for (var number = 96; number < Numbers; number++)
        {
            if (meant[number] is null) return number;
        }
        return null;
    }

    private static bool IsSame(LocalCodec a, LocalCodec b) =>
        a.ClockRate == b.ClockRate && a.Channels == b.Channels && a.Name.Equals(b.Name, StringComparison.OrdinalIgnoreCase);
}
