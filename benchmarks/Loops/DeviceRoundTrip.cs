// SPDX-License-Identifier: MIT
using System.Globalization;
using Earshot.Audio.Devices;
using Earshot.Audio.Ends;
using Earshot.Audio.Measurement;

namespace Earshot.Benchmarks;

//  device:  probe ─► speaker A ═► microphone A ─► probe
//  rings:   probe ─► speaker A ═► microphone A ─► our ring ─► speaker B ═► microphone B ─► probe     (═► is outside of us)

/// <summary>Round trip of looped sound cards, alone and with our ring between two of them.</summary>
/// <remarks>Goals: device ≤ 8 ms through PipeWire at quantum 128; microphone, ring, speaker at most one block more.</remarks>
internal static class DeviceRoundTrip
{
    private const int Rounds = 5;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);
    private static readonly AudioStreamRequest Request = new(240);

    public static int Run(string[] cards)
    {
        if (cards.Length is not (2 or 4))
        {
            Console.Error.WriteLine("say: devices MICROPHONE SPEAKER [MICROPHONE SPEAKER]; each speaker must be looped to the microphone before it");
            return 2;
        }

        for (var round = 0; round < Rounds; round++)
        {
            var (device, xruns, block) = Device(cards[0], cards[1]);
            Show("device", device, xruns, block);
            if (cards.Length == 4)
                Rings(cards, device.MedianMs);
        }

        return 0;
    }

    private static (DelayStatistics Delays, long Xruns, int Block) Device(string microphone, string speaker)
    {
        var probe = new LoopbackProbe(12_000, Duration);
        using var end = Open(microphone, speaker, probe);
        Wait(probe);
        return (probe.Measure(), end.Xruns, end.Capture.Format.BlockSamples);
    }

    private static void Rings(string[] cards, double deviceMs)
    {
        var probe = new LoopbackProbe(12_000, Duration);
        var through = new PassThroughVoice();
        using var first = Open(cards[0], cards[1], new Halves(probe, through));
        using var second = Open(cards[2], cards[3], new Halves(through, probe));
        Wait(probe);
        var delays = probe.Measure();
        Show("two devices and ring", delays, first.Xruns + second.Xruns, second.Capture.Format.BlockSamples);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"microphone, ring, speaker: {delays.MedianMs - deviceMs:0.00} ms"));
    }

    private static SoundCardEnd Open(string microphone, string speaker, IVoice voice)
    {
        var end = new SoundCardEnd(new AudioEnd(AudioEnds.Cards, microphone), new AudioEnd(AudioEnds.Cards, speaker), Request);
        end.Attach(voice);
        end.Start();
        return end;
    }

    private static void Wait(LoopbackProbe probe)
    {
        while (!probe.IsDone)
            Thread.Sleep(50);
    }

    private static void Show(string what, DelayStatistics d, long xruns, int block) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}: median {d.MedianMs:0.00} ms, p95 {d.P95Ms:0.00}, min {d.MinMs:0.00}, max {d.MaxMs:0.00}, {d.Samples} chirps, {d.Missed} missed, {xruns} xruns, blocks of {block}"));

    /// <summary>What one voice plays and another hears.</summary>
    private sealed class Halves(IVoice plays, IVoice hears) : IVoice
    {
        public void Capture(ReadOnlySpan<short> block, long capturedAt) => hears.Capture(block, capturedAt);

        public void Play(Span<short> block, long playsAt) => plays.Play(block, playsAt);
    }
}
