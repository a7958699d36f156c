// SPDX-License-Identifier: MIT
using Earshot.Media;
using Earshot.Media.Diagnostics;
using Earshot.Protocol.Sip;
using Earshot.Signaling;
using Earshot.Signaling.Transport;

namespace Earshot;

/// <content>How a phone is put together.</content>
public sealed partial class Phone
{
    /// <summary>Listens, and is ready to call and be called. The sound card opens with the first call.</summary>
    /// <param name="options">What the phone is made of; null takes the defaults.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="PhoneException">The port is taken or the address is not ours; the message names it.</exception>
    /// <exception cref="ArgumentException">An option's value is off; the message says which and what to write.</exception>
    /// <exception cref="Audio.Native.NativeLibraryMissingException">A codec that was asked for by name has no library here.</exception>
    /// <exception cref="IOException">The packet capture's file cannot be written.</exception>
    public static async Task<Phone> StartAsync(PhoneOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new PhoneOptions();
        if (options.Security.Count == 0) throw new ArgumentException("Security names no method: say sdes or none.", nameof(options));
        options = UsableCodecs.Settle(options, CodecOffers.MissingLibrary, out var notice);
        var sound = new PhoneSound(options);
        var random = new SystemRandom();
        var capture = options.PacketCaptureFile is { } file ? new PacketCapture(file) : null;
        var taps = new SignallingTaps(capture);
        var engine = new MediaEngine(new MediaEngineOptions
        {
            Random = random,
            BindAddress = options.Listen.Address,
            FirstPort = options.FirstMediaPort,
            LastPort = options.LastMediaPort,
            Capture = capture,
        });
        try
        {
            Phone? phone = null;
            var agent = await SignalingAgent.StartAsync(
                new SignalingAgentOptions
                {
                    Listen = options.Listen,
                    Core = CoreOptions(options),
                    Random = random,
                    Tap = taps,
                    OnError = error => phone?.Tell(new PhoneNotice("internal", $"a fault of earshot, please report it: {error.GetType().Name}: {error.Message}")),
                },
                (now, happened) => phone?.OnSip(now, happened),
                cancel).ConfigureAwait(false);
            phone = new Phone(options, agent, engine, sound, capture, taps, random);
            phone._untold = notice;
            if (options.WarmUp) _ = Earshot.WarmUp.BeginAsync(options);
            return phone;
        }
        catch (SignalingTransportException wrong)
        {
            engine.Dispose();
            capture?.Dispose();
            throw new PhoneException(wrong.Message, null, wrong);
        }
    }

    private static SipCoreOptions CoreOptions(PhoneOptions options) => new()
    {
        User = options.User,
        DisplayName = options.DisplayName ?? "",
        UserAgent = $"Earshot/{typeof(Phone).Assembly.GetName().Version?.ToString(3)}",
    };
}
