// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Earshot.Media.Codecs.G711;

namespace Earshot.Media.Tests.Codecs;

public class G711Tests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EverySampleTakesTheNearestLevel(bool mu)
    {
        short[] levels = mu ? G711Tables.MuDecode : G711Tables.ADecode;
        byte[] codes = mu ? G711Tables.MuEncode : G711Tables.AEncode;
        for (int sample = short.MinValue; sample <= short.MaxValue; sample++)
        {
            int error = Math.Abs(levels[codes[(ushort)(short)sample]] - sample);
            int least = levels.Min(level => Math.Abs(level - sample));
            Assert.Equal(least, error);
        }
    }

    [Theory]
    [InlineData("ulaw", true)]
    [InlineData("alaw", false)]
    public void EveryCodeDecodesAsTheReference(string law, bool mu)
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "g711", law + "_decode_256.s16le"));
        Assert.Equal(MemoryMarshal.Cast<byte, short>(bytes), mu ? G711Tables.MuDecode : G711Tables.ADecode);
    }

    [Fact]
    public void SilenceIsThePositiveZero()
    {
        Assert.Equal(0xFF, G711Tables.MuEncode[0]);
        Assert.Equal(0xD5, G711Tables.AEncode[0]);
    }
}
