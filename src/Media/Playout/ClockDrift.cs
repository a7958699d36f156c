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

    /// <summary>A change of pitch that nobody hears: 1000 ppm a second, less than two cents.</summary>
    private const double SlewPerMs = 1000e-6 / 1000;

    private const double Errors = 3;
    private const double WandersBeyond = 5e-6;

    /// <summary>Less is no drift that moves the phase before it is seen for certain. On a quiet line known after three seconds.</summary>
    private const double StandsWithin = 40e-6;

    private readonly EnvelopeSlope _arrivals = new();
    private readonly EnvelopeSlope _pulls = new();
    private double _sender;
    private double _card;
    private double _gainedMs;
    private double _lastMs = double.NaN;
    private long _played;

    /// <summary>Samples of the stream for each one that is played.</summary>
    public double Ratio { get; private set; } = 1;

    /// <summary>The phase of packets against blocks keeps moving, by 10 ms within half an hour or sooner: it is not worth following.</summary>
    public bool Wanders { get; private set; }

    /// <summary>Both clocks have been watched long enough to say that they hardly differ.</summary>
    public bool Stands { get; private set; }

    /// <summary>Not while the decision makes room for the phase that following moves.</summary>
    public bool IsHeld { get; set; }

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
        double most = Math.Abs(_arrivals.Slope - _pulls.Slope) + (Errors * (_arrivals.Error + _pulls.Error));
        Stands = !Wanders && (Stands || most < StandsWithin);
        if (!Wanders || IsHeld)
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
