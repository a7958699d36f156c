// SPDX-License-Identifier: MIT
using Earshot.Audio.Native;
using Earshot.Media.Playout;
using Earshot.Protocol.Sdp;

namespace Earshot.Media;

/// <summary>The codecs of a session as its descriptions name them.</summary>
internal static class CodecOffers
{
    private const int OpusPayloadType = 111;
    private const int DtmfPayloadType48 = 110;
    private const int DtmfPayloadType8 = 101;
    private const int RedundancyPayloadType = 112;

    /// <summary>Refuses options that cannot work, when the session is made and not when the call is up.</summary>
    /// <exception cref="ArgumentException">With a message that says what to do.</exception>
    public static void Check(MediaSessionOptions options)
    {
        if (options.Codecs.Count == 0)
            throw new ArgumentException("name at least one codec: opus, g722, pcmu, pcma");
        foreach (string name in options.Codecs)
            Describe(name, options);
        if (options.PacketTime.TotalMilliseconds is not (2.5 or 5 or 10 or 20 or 40 or 60))
            throw new ArgumentException($"packet time {options.PacketTime.TotalMilliseconds} ms: use 2.5, 5, 10, 20, 40 or 60");
        if (options.BlockSamples is < 120 or > 960)
            throw new ArgumentException($"blocks of {options.BlockSamples} samples: use 120 to 960");
    }

    /// <summary>What to install when a codec's native library is not there; null when the codec can be used.</summary>
    public static string? MissingLibrary(string name) =>
        name.Equals("opus", StringComparison.OrdinalIgnoreCase) ? NativeLibraries.Missing(NativeLibraries.Opus) : null;

    /// <summary>In order of preference, comfort noise for the pauses of codecs that cannot describe their own, telephone-event at each clock rate behind them; last of all, for who knows it, redundancy for opus.</summary>
    public static IReadOnlyList<LocalCodec> For(IReadOnlyList<string> names, MediaSessionOptions options)
    {
        var codecs = names.Select(name => Describe(name, options)).Distinct().ToList();
        if (codecs.Exists(codec => codec.ClockRate == 8000))
            codecs.Add(new("CN", 8000, 1, ComfortNoise.PayloadType));
        foreach (int rate in codecs.Select(codec => codec.ClockRate).Distinct().ToArray())
            codecs.Add(new("telephone-event", rate, 1, rate == 48000 ? DtmfPayloadType48 : DtmfPayloadType8, "0-15"));
        if (options.Redundancy && codecs.Exists(codec => codec.Name == "opus"))
            codecs.Add(new(RedundancyFormat.Name, 48000, 2, RedundancyPayloadType));
        return codecs;
    }

    // G722's clock is 8000 although it samples at 16000 (RFC 3551 §4.5.2).
    private static LocalCodec Describe(string name, MediaSessionOptions options) => name.ToLowerInvariant() switch
    {
        "opus" => new("opus", 48000, 2, OpusPayloadType, new OpusParameters(InbandFec: true, Dtx: options.Dtx).ToFormat()),
        "g722" => new("G722", 8000, 1, 9),
        "pcmu" => new("PCMU", 8000, 1, 0),
        "pcma" => new("PCMA", 8000, 1, 8),
        _ => throw new ArgumentException($"no codec '{name}': use opus, g722, pcmu, pcma"),
    };
}
