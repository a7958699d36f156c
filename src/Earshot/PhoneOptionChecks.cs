// SPDX-License-Identifier: MIT
using Earshot.Media;

namespace Earshot;

/// <summary>Refuses options that cannot work when the phone starts, and not in the midst of its first call.</summary>
internal static class PhoneOptionChecks
{
    /// <summary>Checks every value that has a range.</summary>
    /// <param name="options">The phone's.</param>
    /// <param name="media">What its calls will be made of.</param>
    /// <exception cref="ArgumentException">One is off; the message says which and what to write.</exception>
    public static void Check(PhoneOptions options, MediaSessionOptions media)
    {
        Demand(options.Security.Count > 0, "Security names no method: say dtls, sdes or none.");
        Demand(options.Bitrate is >= 6000 and <= 510000, $"Bitrate {options.Bitrate}: say 6000 to 510000 bits per second.");
        Demand(options.Complexity is >= 0 and <= 10, $"Complexity {options.Complexity}: say 0 to 10.");
        Demand(IsTime(options.RingTimeout), $"RingTimeout {options.RingTimeout}: say more than 0 and no more than a year.");
        Demand(IsTime(options.SilenceTimeout), $"SilenceTimeout {options.SilenceTimeout}: say more than 0 and no more than a year.");
        Demand(
            options.MaxUnansweredCalls >= 1 && options.MaxUnansweredCallsPerAddress >= 1,
            "A phone that may not ring takes no calls: MaxUnansweredCalls and MaxUnansweredCallsPerAddress are at least 1.");
        Demand(ArePorts(options.FirstMediaPort, options.LastMediaPort), $"Media ports {options.FirstMediaPort} to {options.LastMediaPort}: say two ports of 1 to 65535, the first below the last, or 0 and 0.");
        _ = IceServers.Read(options);
        Demand(options.Ice || (options.StunServer is null && options.TurnServers.Count == 0), "STUN and TURN serve ICE, which is off: leave one of them out.");
        CodecOffers.Check(media);
    }

    private static bool IsTime(TimeSpan time) => time > TimeSpan.Zero && time <= TimeSpan.FromDays(366);

    // A call takes an even port and the next (RFC 3550 §11).
    private static bool ArePorts(int first, int last) => (first, last) == (0, 0) || (first >= 1 && last <= 65535 && first < last);

    private static void Demand(bool holds, string message)
    {
        if (!holds) throw new ArgumentException(message);
    }
}
