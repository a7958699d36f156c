// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>The fmtp parameters of Opus: what the writer wishes to receive, and says of what it sends (RFC 7587 §6.1).</summary>
/// <param name="MaxPlaybackRate">Hz above which sound is wasted on the writer.</param>
/// <param name="SpropMaxCaptureRate">Hz up to which the writer's own sound goes.</param>
/// <param name="MaxAverageBitrate">Most bits per second on average; null for no limit.</param>
/// <param name="Stereo">The writer prefers stereo.</param>
/// <param name="ConstantBitrate">The writer wishes constant bit rate.</param>
/// <param name="InbandFec">The writer can use in-band forward error correction.</param>
/// <param name="Dtx">The writer wishes discontinuous transmission.</param>
internal sealed record OpusParameters(
    int MaxPlaybackRate = 48000,
    int SpropMaxCaptureRate = 48000,
    int? MaxAverageBitrate = null,
    bool Stereo = false,
    bool ConstantBitrate = false,
    bool InbandFec = false,
    bool Dtx = false)
{
    /// <summary>Reads them; what is absent or out of range takes its default.</summary>
    public static OpusParameters From(FormatParameters format) => new(
        InRange(format.Number("maxplaybackrate"), 8000, 48000) ?? 48000,
        InRange(format.Number("sprop-maxcapturerate"), 8000, 48000) ?? 48000,
        InRange(format.Number("maxaveragebitrate"), 6000, 510000),
        format.Flag("stereo"),
        format.Flag("cbr"),
        format.Flag("useinbandfec"),
        format.Flag("usedtx"));

    /// <summary>As fmtp text: only what differs from the defaults.</summary>
    public string ToFormat()
    {
        List<string> parts = [];
        if (MaxPlaybackRate != 48000) parts.Add($"maxplaybackrate={MaxPlaybackRate}");
        if (SpropMaxCaptureRate != 48000) parts.Add($"sprop-maxcapturerate={SpropMaxCaptureRate}");
        if (MaxAverageBitrate is { } rate) parts.Add($"maxaveragebitrate={rate}");
        if (Stereo) parts.Add("stereo=1");
        if (ConstantBitrate) parts.Add("cbr=1");
        if (InbandFec) parts.Add("useinbandfec=1");
        if (Dtx) parts.Add("usedtx=1");
        return string.Join(";", parts);
    }

    private static int? InRange(int? value, int least, int most) => value is { } v && v >= least && v <= most ? v : null;
}
