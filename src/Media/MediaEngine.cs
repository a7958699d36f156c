// SPDX-License-Identifier: MIT
namespace Earshot.Media;

/// <summary>The media side of a phone: a few worker threads, the sockets of all calls, one housekeeping thread.</summary>
/// <remarks>Thread: any; one at a time for <see cref="Dispose"/>.</remarks>
internal sealed class MediaEngine : IDisposable
{
    /// <summary>Starts the workers.</summary>
    public MediaEngine(MediaEngineOptions options)
    {
        Options = options;
    }

    /// <summary>As given.</summary>
    public MediaEngineOptions Options { get; }

    /// <summary>Makes the media of one call. Its sockets open with the first offer or answer.</summary>
    /// <exception cref="ArgumentException">An unknown codec or an impossible packet time.</exception>
    public MediaSession CreateSession(MediaSessionOptions options) => new(this, options);

    /// <summary>Ends all sessions (with RTCP BYE) and the threads. Returns within 2 s.</summary>
    public void Dispose()
    {
    }
}
