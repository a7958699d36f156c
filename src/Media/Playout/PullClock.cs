// SPDX-License-Identifier: MIT
namespace Earshot.Media.Playout;

/// <summary>When a pull is really made, from when its block plays and what the arrivals prove.</summary>
/// <remarks>
/// A packet inserted before a pull came before it; one inserted after came later. So the output latency lies between two bounds,
/// and the stated latency is moved into them when it contradicts. A pull that is late once has packets that the others do not have: the first that
/// comes after one of those says so, and what the late one seemed to prove is forgotten. Thread: playback.
/// </remarks>
internal sealed class PullClock
{
    private readonly WindowMinimum _atMost = new(20);
    private double _atLeastMs = double.MinValue;
    private double _lastPlaysAtMs = double.NaN;
    private double _newestArrivalMs = double.NaN;
    private bool _firstSincePull = true;

    /// <summary>A packet came.</summary>
    public void Arrived(double arrivalMs)
    {
        if (_firstSincePull && arrivalMs > _newestArrivalMs)
        {
            _atLeastMs = _lastPlaysAtMs - arrivalMs;
            if (_atLeastMs > _atMost.Value)
                _atMost.Reset();
        }
        _firstSincePull = false;
        _newestArrivalMs = double.IsNaN(_newestArrivalMs) ? arrivalMs : Math.Max(_newestArrivalMs, arrivalMs);
    }

    /// <summary>The moment of a pull, ms.</summary>
    public double PulledAt(double playsAtMs, double statedLatencyMs)
    {
        if (!_firstSincePull)
            _atMost.Add(playsAtMs, playsAtMs - _newestArrivalMs);
        _firstSincePull = true;
        _lastPlaysAtMs = playsAtMs;
        double latency = statedLatencyMs;
        if (!double.IsNaN(_atLeastMs) && latency < _atLeastMs)
            latency = _atLeastMs;
        if (!double.IsNaN(_atMost.Value) && latency > _atMost.Value)
            latency = _atMost.Value;
        return playsAtMs - latency;
    }
}
