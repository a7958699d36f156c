// SPDX-License-Identifier: MIT
using System.Net;
using Earshot.Media;
using Earshot.Media.Transport;
using Earshot.Signaling;

namespace Earshot.Cli.Loopback;

/// <summary>Two media sessions with a UDP socket each on the loopback address: all of a call but its signalling.</summary>
/// <remarks>Thread: as <see cref="MediaSession"/>.</remarks>
internal sealed class NetworkPath : SoundPath
{
    private readonly MediaEngine _engine = new(new MediaEngineOptions { Random = new SystemRandom(), BindAddress = IPAddress.Loopback });
    private readonly MediaSession _speaks;
    private readonly MediaSession _hears;

    /// <exception cref="PhoneException">No port is free.</exception>
    public NetworkPath()
    {
        try
        {
            _speaks = _engine.CreateSession(new MediaSessionOptions());
            _hears = _engine.CreateSession(new MediaSessionOptions());
            var answer = _hears.AcceptOffer(_speaks.CreateOffer(IPAddress.Loopback), IPAddress.Loopback);
            _speaks.AcceptAnswer(answer.Answer);
        }
        catch (MediaTransportException wrong)
        {
            _engine.Dispose();
            throw new PhoneException(wrong.Message, null, wrong);
        }

        _hears.Start();
        _speaks.Start();
    }

    /// <inheritdoc/>
    public override void Capture(ReadOnlySpan<short> block, long capturedAt) => _speaks.Capture(block, capturedAt);

    /// <inheritdoc/>
    public override void Play(Span<short> block, long playsAt) => _hears.Play(block, playsAt);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _engine.Dispose();
        base.Dispose();
    }
}
