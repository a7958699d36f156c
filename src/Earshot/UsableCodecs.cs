// SPDX-License-Identifier: MIT
using Earshot.Audio.Native;
using Earshot.Media;

namespace Earshot;

/// <summary>Settles, when a phone starts, which codecs it can offer: libopus may not be on this machine.</summary>
internal static class UsableCodecs
{
    /// <summary>Leaves out what cannot be used, unless it was asked for by name.</summary>
    /// <param name="options">The phone's; their codecs are settled in the result.</param>
    /// <param name="missing">What to install for a codec; null when it can be used.</param>
    /// <param name="notice">What the user should know; null when all is there.</param>
    /// <exception cref="NativeLibraryMissingException">A codec that was asked for by name cannot be used; one line that says what to install.</exception>
    public static PhoneOptions Settle(PhoneOptions options, Func<string, string?> missing, out PhoneNotice? notice)
    {
        notice = null;
        var wrong = options.Codecs.Select(missing).FirstOrDefault(message => message is not null);
        if (wrong is null) return options;
        if (!ReferenceEquals(options.Codecs, PhoneOptions.UsualCodecs)) throw new NativeLibraryMissingException(wrong);
        var usable = options.Codecs.Where(name => missing(name) is null).ToArray();
        var lost = string.Join(", ", options.Codecs.Except(usable));
        notice = new PhoneNotice("codec-missing", $"{wrong}; calls go without {lost}");
        return options with { Codecs = usable };
    }

    /// <summary>Refuses names that cannot be offered, before anything depends on them.</summary>
    /// <param name="names">In order of preference.</param>
    /// <param name="missing">What to install for a codec; null when it can be used.</param>
    /// <exception cref="ArgumentException">None, or one that does not exist; the message says which there are.</exception>
    /// <exception cref="NativeLibraryMissingException">One has no library here.</exception>
    public static void Demand(IReadOnlyList<string> names, Func<string, string?> missing)
    {
        CodecOffers.Check(new MediaSessionOptions { Codecs = names });
        if (names.Select(missing).FirstOrDefault(message => message is not null) is { } wrong) throw new NativeLibraryMissingException(wrong);
    }
}
