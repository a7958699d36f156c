// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Media;
using Earshot.Media.Diagnostics;
using Earshot.Media.Transport;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Ice;
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
        options = UsableCodecs.Settle(options, CodecOffers.MissingLibrary, out var notice);
        PhoneOptionChecks.Check(options, SessionOptions(options));
        cancel.ThrowIfCancellationRequested();
        var sound = new PhoneSound(options);
        PacketCapture? capture = null;
        MediaEngine? engine = null;
        try
        {
            capture = options.PacketCaptureFile is { } file ? new PacketCapture(file) : null;
            var random = new SystemRandom();
            var verifier = Identities.For(options, out var homeless);
            engine = NewEngine(options, capture, random);
            var phone = await ListenAsync(options, engine, sound, capture, random, (verifier, Identities.PinsOf(options)), cancel).ConfigureAwait(false);
            phone._untold = notice ?? homeless;
            if (options.WarmUp) Earshot.WarmUp.Begin(options, () => phone._hasCalled);
            return phone;
        }
        catch (Exception wrong)
        {
            // Whatever went wrong, what was opened before it has threads, a file and sockets.
            engine?.Dispose();
            capture?.Dispose();
            sound.Dispose();
            if (wrong is OwnersFileException)
                throw new PhoneException(wrong.Message, "Name another file with IdentityFile, or leave --security dtls out.", wrong);
            if (wrong is CryptographicException)
                throw new PhoneException($"This system makes no certificate for DTLS: {wrong.Message}", "Leave dtls out of --security.", wrong);
            if (wrong is SignalingTransportException or MediaTransportException) throw new PhoneException(wrong.Message, null, wrong);
            throw;
        }
    }

    private static MediaEngine NewEngine(PhoneOptions options, PacketCapture? capture, IRandomSource random) => new(new MediaEngineOptions
    {
        Random = random,
        BindAddress = options.Listen.Address,
        FirstPort = options.FirstMediaPort,
        LastPort = options.LastMediaPort,
        Capture = capture,
    });

    private static async Task<Phone> ListenAsync(
        PhoneOptions options, MediaEngine engine, PhoneSound sound, PacketCapture? capture, IRandomSource random, (Verifier? Verifier, KnownPeers? Pins) known, CancellationToken cancel)
    {
        var made = new TaskCompletionSource<Phone>();
        var taps = new SignallingTaps(capture);
        var agent = await SignalingAgent.StartAsync(
            new SignalingAgentOptions
            {
                Listen = options.Listen,
                Core = CoreOptions(options),
                Random = random,
                Tap = taps,
                Accepts = options.Transport switch
                {
                    SipTransportChoice.Tls => SipTransport.Tls,
                    SipTransportChoice.Ws => SipTransport.Ws,
                    SipTransportChoice.Wss => SipTransport.Wss,
                    _ => SipTransport.Tcp,
                },
                Tls = new TlsSettings { Certificate = options.TlsCertificate, Chain = options.TlsChain, Roots = options.TlsRoots },
                Origins = options.WebOrigins,
                OnComplaint = (flow, cause, why) => made.Task.GetAwaiter().GetResult()._complaints.AddOrUpdate(flow, new(cause, why)),
                OnError = error => (made.Task.IsCompletedSuccessfully ? made.Task.Result : null)?.TellFault(error),
            },
            (now, happened) => made.Task.GetAwaiter().GetResult().OnSip(now, happened), // an INVITE may come before the next line has run
            cancel).ConfigureAwait(false);
        made.SetResult(new Phone(options, agent, engine, sound, capture, taps, random, known));
        return made.Task.Result;
    }

    private static SipCoreOptions CoreOptions(PhoneOptions options) => options.Ice ? TrickleIce.AnnouncedBy(PlainCoreOptions(options)) : PlainCoreOptions(options);

    private static SipCoreOptions PlainCoreOptions(PhoneOptions options) => new()
    {
        User = SipEscaping.EncodeUser(options.User),
        DisplayName = options.DisplayName ?? "",
        UserAgent = $"Earshot/{typeof(Phone).Assembly.GetName().Version?.ToString(3)}",
    };
}
