// SPDX-License-Identifier: MIT
using System.CommandLine;
using Earshot.Cli.Options;
using Earshot.Lab.Calls;
using Earshot.Lab.Links;
using Earshot.Media;

namespace Earshot.Cli.Lab;

/// <summary>The options that describe a call in virtual time.</summary>
internal sealed class LabOptionSet
{
    private readonly Option<ulong?> _seed = new("--seed") { Description = "of everything random (1)", HelpName = "N" };
    private readonly NumberOption _duration = new("--duration") { Description = "how long they talk (30)", HelpName = "SECONDS" };
    private readonly Option<string> _mic = new("--mic") { Description = "what is said, over and over (a voice that is built in)", HelpName = "FILE.wav" };
    private readonly Option<bool> _bothWays = new("--both-ways") { Description = "the other side speaks, too" };
    private readonly Option<bool> _noScores = new("--no-scores") { Description = "leave STOI and ESTOI out: a call takes less time" };
    private readonly NumberOption _delay = new("--delay") { Description = "every packet takes at least so long (0)", HelpName = "MS" };
    private readonly Option<string> _jitter = new("--jitter") { Description = "none, uniform:MS, normal:MS, pareto:MS, spikes:PERCENT,MS or trace:FILE", HelpName = "MODEL" };
    private readonly Option<bool> _inOrder = new("--in-order") { Description = "no packet overtakes another" };
    private readonly NumberOption _loss = new("--loss") { Description = "lost at random", HelpName = "PERCENT" };
    private readonly NumberOption _burst = new("--burst") { Description = "losses come in bursts of so many packets on average", HelpName = "MEAN" };
    private readonly Option<string> _reorder = new("--reorder") { Description = "so many packets are held back so long", HelpName = "PERCENT,MS" };
    private readonly NumberOption _duplicate = new("--duplicate") { Description = "so many packets arrive twice", HelpName = "PERCENT" };
    private readonly Option<string> _rate = new("--rate") { Description = "a bottleneck, and the queue before it", HelpName = "KBPS,QUEUE_MS" };
    private readonly Option<string> _outage = new("--outage") { Description = "no connection from AT on for so long", HelpName = "AT,SECONDS" };
    private readonly NumberOption _drift = new("--drift") { Description = "the hearing side's clock runs fast by so many millionths", HelpName = "PPM" };
    private readonly Option<string> _codecs = new("--codecs") { Description = "in order of preference, of opus,g722,pcmu,pcma", HelpName = "LIST" };
    private readonly Option<int?> _bitrate = new("--bitrate") { Description = "of opus, 6000 to 510000 (32000)", HelpName = "BPS" };
    private readonly NumberOption _ptime = new("--ptime") { Description = "milliseconds of sound in a packet, 2.5 to 60 (20)", HelpName = "MS" };
    private readonly Option<int?> _complexity = new("--complexity") { Description = "of the opus encoder, 0 to 10 (8)", HelpName = "N" };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Options.Add(option);
    }

    /// <summary>The call that they describe.</summary>
    /// <exception cref="UsageException">A value is off.</exception>
    public LabScenario Read(ParseResult said)
    {
        var voice = said.GetValue(_mic) is { } path ? LabVoice.Read(path) : LabVoice.Open(LabVoice.BuiltIn[0]);
        return new()
        {
            Seed = said.GetValue(_seed) ?? 1,
            Duration = ReadDuration(said),
            Voice = voice,
            Answer = said.GetValue(_bothWays) ? LabVoice.Open(LabVoice.BuiltIn[1]) : null,
            Scored = !said.GetValue(_noScores),
            Link = ReadLink(said),
            DriftPpm = said.GetValue(_drift) is null or (>= -10_000 and <= 10_000)
                ? said.GetValue(_drift) ?? 0
                : throw new UsageException(FormattableString.Invariant($"--drift {said.GetValue(_drift)}: out of range"), OptionExamples.Say("--drift")),
            Media = ReadMedia(said),
        };
    }

    /// <summary>True when a voice of one's own is named.</summary>
    public bool NamesVoice(ParseResult said) => IsSaid(said, _mic);

    /// <summary>True when a duration is named.</summary>
    public bool NamesDuration(ParseResult said) => IsSaid(said, _duration);

    /// <summary>A grid's outage and step come in the middle of each call and need room behind them.</summary>
    /// <exception cref="UsageException">The duration leaves none.</exception>
    public void RefuseTooShortForMatrix(ParseResult said)
    {
        if (said.GetValue(_duration) is < 2)
            throw new UsageException(FormattableString.Invariant($"--duration {said.GetValue(_duration)}: a grid's calls have an outage of a second in their middle"), OptionExamples.Say("--duration", "seconds, 2 to 3600"));
    }

    /// <summary>The codecs that are named; null when none is.</summary>
    public IReadOnlyList<string>? ReadCodecs(ParseResult said) => OptionValues.Codecs(said.GetValue(_codecs));

    /// <summary>A grid brings its own networks: what describes one contradicts it.</summary>
    /// <exception cref="UsageException">Such an option is said.</exception>
    public void RefuseBesideMatrix(ParseResult said) => Refuse(
        said, "--matrix", [_bothWays, _delay, _jitter, _inOrder, _loss, _burst, _reorder, _duplicate, _rate, _outage, _drift]);

    /// <summary>A capture brings its own voice and network.</summary>
    /// <exception cref="UsageException">An option that describes a call is said.</exception>
    public void RefuseBesideReplay(ParseResult said) => Refuse(said, "--replay", All.Where(o => o != _codecs));

    private static void Refuse(ParseResult said, string beside, IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(option => IsSaid(said, option)) is { } extra)
            throw new UsageException($"{beside} and {extra.Name} contradict each other", "Leave one of them out.");
    }

    private static bool IsSaid(ParseResult said, Option option) => said.GetResult(option) is { Implicit: false };

    private Option[] All =>
    [
        _seed, _duration, _mic, _bothWays, _noScores, _delay, _jitter, _inOrder, _loss, _burst, _reorder, _duplicate, _rate, _outage, _drift,
        _codecs, _bitrate, _ptime, _complexity,
    ];

    private TimeSpan ReadDuration(ParseResult said) => said.GetValue(_duration) is null or (>= 1 and <= 3600)
        ? TimeSpan.FromSeconds(said.GetValue(_duration) ?? 30)
        : throw new UsageException(FormattableString.Invariant($"--duration {said.GetValue(_duration)}: not a call's length in the lab"), OptionExamples.Say("--duration", "seconds, 1 to 3600"));

    private LinkOptions ReadLink(ParseResult said)
    {
        var (loss, burst) = (LabValues.Share("--loss", said.GetValue(_loss)), said.GetValue(_burst));
        if (burst is not null && (burst is not (>= 1 and <= 1000) || loss > burst / (burst + 1)))
            throw new UsageException(FormattableString.Invariant($"--burst {burst}: no bursts of such a length with this loss"), "Say packets, 1 to 1000, and a --loss below MEAN/(MEAN+1).");
        if (burst is not null && loss == 0) throw new UsageException("--burst: there is nothing to lose", "Say --loss, too.");
        if (said.GetValue(_inOrder) && said.GetValue(_reorder) is not null) throw new UsageException("--in-order and --reorder contradict each other", "Leave one of them out.");
        var outage = LabValues.Outage(said.GetValue(_outage));
        if (outage is not null && outage.At >= ReadDuration(said))
            throw new UsageException($"--outage {said.GetValue(_outage)}: the call is over by then", "Let it begin earlier, or make the call longer with --duration.");
        return new()
        {
            Delay = LabValues.Milliseconds("--delay", said.GetValue(_delay) ?? 0),
            Jitter = LabValues.Jitter(said.GetValue(_jitter)),
            InOrder = said.GetValue(_inOrder),
            Loss = loss,
            Burst = burst,
            Reorder = LabValues.Reorder(said.GetValue(_reorder)),
            Duplicate = LabValues.Share("--duplicate", said.GetValue(_duplicate)),
            Rate = LabValues.Rate(said.GetValue(_rate)),
            Outage = outage,
        };
    }

    private MediaSessionOptions ReadMedia(ParseResult said)
    {
        var standard = new MediaSessionOptions();
        var codecs = OptionValues.Codecs(said.GetValue(_codecs)) ?? standard.Codecs;
        var bitrate = OptionValues.InRange("--bitrate", said.GetValue(_bitrate), 6000, 510_000);
        var complexity = OptionValues.InRange("--complexity", said.GetValue(_complexity), 0, 10);
        if ((bitrate ?? complexity) is not null && codecs[0] != "opus")
            throw new UsageException($"{(bitrate is null ? "--complexity" : "--bitrate")}: applies to opus only", "Name opus first in --codecs, or leave it out.");
        return standard with
        {
            Codecs = codecs,
            Bitrate = bitrate ?? standard.Bitrate,
            Complexity = complexity ?? standard.Complexity,
            PacketTime = OptionValues.PacketTime(said.GetValue(_ptime)) ?? standard.PacketTime,
        };
    }
}
