// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Receive;

/// <summary>What <see cref="SilenceWatch"/> found out.</summary>
internal enum SilenceChange
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>The peer has not been heard for the whole time-out.</summary>
    Silent,

    /// <summary>The peer is heard again.</summary>
    Resumed,
}

/// <summary>Notices that neither RTP nor RTCP comes any more. On hold, and before media starts, it does not look.</summary>
/// <remarks>Thread: worker. Pure: told the time.</remarks>
internal sealed class SilenceWatch(TimeSpan timeout)
{
    private bool _watching;
    private bool _silent;

    /// <summary>When the peer was last heard, or watching began.</summary>
    public Instant Since { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> has something to say.</summary>
    public Instant PollTimeout() => _watching && !_silent ? Since + timeout : Instant.Never;

    /// <summary>Begins anew or ends watching, e.g. at a start or a hold. Time on hold does not count.</summary>
    public void Watch(Instant now, bool watch)
    {
        Since = now;
        _silent = false;
        _watching = watch;
    }

    /// <summary>The peer was heard.</summary>
    public SilenceChange HandlePacket(Instant now)
    {
        Since = now;
        if (!_silent)
            return SilenceChange.None;
        _silent = false;
        return SilenceChange.Resumed;
    }

    /// <summary>Looks whether the time is over.</summary>
    public SilenceChange HandleTimeout(Instant now)
    {
        if (PollTimeout() > now)
            return SilenceChange.None;
        _silent = true;
        return SilenceChange.Silent;
    }
}
