// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sdp;

/// <summary>A codec of ours with the number that our description gives it.</summary>
internal readonly record struct NumberedCodec(int PayloadType, LocalCodec Codec);

/// <summary>The codecs both sides speak, by name, clock rate and channels (RFC 3264 §6.1).</summary>
/// <param name="Codecs">Sound, in order of preference.</param>
/// <param name="Events">telephone-event, one for each clock rate in common (RFC 4733 §2.1).</param>
/// <param name="Redundancies">Redundant audio, one for each clock rate in common (RFC 2198).</param>
/// <param name="Noises">Comfort noise (RFC 3389), one for each clock rate in common.</param>
internal sealed record CodecMatch(
    List<NegotiatedCodec> Codecs, List<NegotiatedCodec> Events, List<NegotiatedCodec> Redundancies, List<NegotiatedCodec> Noises)
{
    private const string EventName = "telephone-event";
    private const string NoiseName = "CN";

    /// <summary>telephone-event at the first codec's clock rate; else the first there is, for the many phones that only name 8000.</summary>
    public NegotiatedCodec? Event => Events.Find(e => e.ClockRate == Codecs[0].ClockRate) ?? Events.FirstOrDefault();

    /// <summary>Comfort noise for the first codec's pauses; null when its clock has none.</summary>
    public NegotiatedCodec? Noise => Noises.Find(n => n.ClockRate == Codecs[0].ClockRate);

    /// <summary>Redundant audio around the first codec; null when the peer takes none.</summary>
    public NegotiatedCodec? Redundancy => Redundancies.Find(r =>
        r.ClockRate == Codecs[0].ClockRate && r.Channels == Codecs[0].Channels && RedundancyFormat.Repeats(r.RemoteFormat, Codecs[0].SendPayloadType));

    /// <summary>Matches an offer: the answer uses the offer's numbers.</summary>
    public static CodecMatch WithOffer(List<PayloadFormat> offered, LocalMedia local)
    {
        var match = new CodecMatch([], [], [], []);
        if (local.Preference == CodecPreference.Theirs)
        {
            foreach (var format in offered)
                match.Add(local.Codecs.FirstOrDefault(format.Map.Is), format, format.Map.PayloadType);
        }
        else
        {
            foreach (var codec in local.Codecs)
            {
                var at = offered.FindIndex(f => f.Map.Is(codec));
                if (at >= 0) match.Add(codec, offered[at], offered[at].Map.PayloadType);
            }
        }
        return match;
    }

    /// <summary>Matches an answer to our offer: its order decides, each side sends with the other's numbers.</summary>
    public static CodecMatch WithAnswer(List<PayloadFormat> answered, List<NumberedCodec> offered)
    {
        var match = new CodecMatch([], [], [], []);
        foreach (var format in answered)
        {
            // A dynamic number without rtpmap can only mean what we said it means.
            var at = offered.FindIndex(o => format.Map.Name.Length == 0 ? o.PayloadType == format.Map.PayloadType : format.Map.Is(o.Codec));
            if (at >= 0) match.Add(offered[at].Codec, format, offered[at].PayloadType);
        }
        return match;
    }

    private void Add(LocalCodec? codec, PayloadFormat format, int ourNumber)
    {
        if (codec is null) return;
        var list = ListOf(codec);
        if (list.Exists(c => c.Name == codec.Name && c.ClockRate == codec.ClockRate && c.Channels == codec.Channels)) return;
        var ours = codec.Format is null ? FormatParameters.None : new FormatParameters(codec.Format);
        list.Add(new NegotiatedCodec(
            codec.Name, codec.ClockRate, codec.Channels, format.Map.PayloadType, ourNumber, format.Parameters, ours));
    }

    private List<NegotiatedCodec> ListOf(LocalCodec codec) =>
        RedundancyFormat.Is(codec) ? Redundancies
        : codec.Name.Equals(EventName, StringComparison.OrdinalIgnoreCase) ? Events
        : codec.Name.Equals(NoiseName, StringComparison.OrdinalIgnoreCase) ? Noises : Codecs;
}
