// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>How much faster the sender's clock runs than the sound card's, and the sender's time that follows from it.</summary>
/// <remarks>
/// <code>
///   arrival − stream time ─► EnvelopeSlope ─► sender against our clock ──┐
///   playsAt − played time ─► EnvelopeSlope ─► sound card against it ─────┴─► Ratio ─► DriftResampler
/// </code>
/// What is not three standard errors from nothing counts as nothing: on a jittery link without drift the ratio stays 1.
/// Thread: playback. Real-time: no allocation.
/// </remarks>
internal sealed class ClockDrift
{
    /// <summary>No quartz is worse; what claims to be is a queue that fills.</summary>
    private const double Most = 1000e-6;

    /// <summary>A change of pitch that nobody hears: 100 ppm a second, a sixth of a cent.</summary>
    private const double SlewPerMs = 100e-6 / 1000;

    private const double Errors = 3;
    private const double WandersBeyond = 5e-6;

    /// <summary>The decision first makes room for any phase.</summary>
    private const double RoomMs = 2000;

    private readonly EnvelopeSlope _arrivals = new();
    private readonly EnvelopeSlope _pulls = new();
    private double _sender;
    private double _card;
    private double _gainedMs;
    private double _lastMs = double.NaN;
    private long _played;
    private double _roomMs = RoomMs;

    /// <summary>Samples of the stream for each one that is played.</summary>
    public double Ratio { get; private set; } = 1;

    /// <summary>The phase of packets against blocks keeps moving, by 10 ms within half an hour or sooner: it is not worth following.</summary>
    public bool Wanders { get; private set; }

    /// <summary>Our time as the sender's clock would have it, up to a constant.</summary>
    public double StreamMs(double nowMs) => nowMs + _gainedMs;

    /// <summary>A packet came.</summary>
    public void Arrived(double arrivalMs, long position) => _arrivals.Add(arrivalMs, arrivalMs - (position / 48.0));

    /// <summary>A block is to be played.</summary>
    public void Pulled(double playsAtMs, int samples)
    {
        double elapsed = playsAtMs - _lastMs;
        _pulls.Add(playsAtMs, playsAtMs - (_played / 48.0));
        _played += samples;
        _lastMs = playsAtMs;
        if (elapsed > 0 && elapsed < 1000)
            Follow(elapsed);
    }

    /// <summary>Another sender.</summary>
    public void Restart() => _arrivals.Reset();

    private void Follow(double elapsed)
    {
        double sender = -Beyond(_arrivals), card = -Beyond(_pulls);
        Wanders |= Math.Abs(sender - card) > WandersBeyond;
        _roomMs -= Wanders ? elapsed : 0;
        if (_roomMs > 0)
            return;
        _gainedMs += _sender * elapsed;
        _sender = Towards(_sender, sender, elapsed);
        _card = Towards(_card, card, elapsed);
        Ratio = 1 + Math.Clamp(_sender - _card, -Most, Most);
    }

    private static double Towards(double from, double to, double elapsed)
    {
        double step = SlewPerMs * elapsed;
        return from + Math.Clamp(Math.Clamp(to, -Most, Most) - from, -step, step);
    }

    /// <summary>What of the slope is beyond doubt.</summary>
    private static double Beyond(EnvelopeSlope line)
    {
        double doubt = Errors * line.Error;
        return Math.Abs(line.Slope) <= doubt ? 0 : line.Slope - (Math.Sign(line.Slope) * doubt);
    }
}
