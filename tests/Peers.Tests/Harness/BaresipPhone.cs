// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Earshot.Peers.Tests.Harness;

/// <summary>baresip (Debian), headless: speaks a WAV file, keeps what it decodes as a WAV file, answers by itself.</summary>
internal sealed class BaresipPhone : RunningProgram
{
    private readonly string _folder;

    private BaresipPhone(string folder, int port, IEnumerable<string> arguments, PulseCards cards)
        : base("baresip", ["-4", "-f", folder, .. arguments], folder, cards.Environment)
    {
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What it decoded from the network; its decode filter writes as packets come.</summary>
    public string Heard => Directory.GetFiles(System.IO.Path.Combine(_folder, "rec"), "*-dec.wav").OrderBy(f => f).LastOrDefault()
        ?? throw new FileNotFoundException("baresip kept no sound:\n" + Output);

    /// <param name="cards">Its speaker.</param>
    /// <param name="scratch">Where its files go.</param>
    /// <param name="codec">As baresip names it, e.g. <c>opus/48000/2</c>.</param>
    /// <param name="encryption"><c>srtp</c>, <c>srtp-mand</c>, <c>dtls_srtp</c> or empty.</param>
    /// <param name="speaks">A 16-bit WAV file; its end ends the call. Who is called says it three times, so that the caller hangs up.</param>
    /// <param name="dials">Calls this at once.</param>
    /// <param name="rtcpMux">RTCP on the port of RTP.</param>
    /// <param name="ice">It looks for ways to the other side on its own.</param>
    public static BaresipPhone Start(PulseCards cards, ScratchFolder scratch, string codec, string encryption, string speaks, string? dials = null,
        bool rtcpMux = false, bool ice = false)
    {
        var port = ScratchFolder.FreePort();
        var folder = Directory.CreateDirectory(scratch.File($"baresip-{port}")).FullName;
        Directory.CreateDirectory(System.IO.Path.Combine(folder, "rec"));
        var speech = System.IO.Path.Combine(folder, "speech.wav"); // its configuration cannot hold a path with a space
        File.WriteAllBytes(speech, Spoken(File.ReadAllBytes(speaks), times: dials is null ? 3 : 1));
        File.WriteAllText(System.IO.Path.Combine(folder, "config"), Configuration(folder, port, speech, rtcpMux));
        var security = (encryption.Length > 0 ? $";mediaenc={encryption}" : "") + (ice ? ";medianat=ice" : "");
        File.WriteAllText(System.IO.Path.Combine(folder, "accounts"),
            $"<sip:bare@127.0.0.1:{port}>;regint=0;answermode=auto;audio_codecs={codec}{security}\n");
        File.WriteAllText(System.IO.Path.Combine(folder, "contacts"), "");
        return new(folder, port, dials is null ? [] : ["-e", "/dial " + dials], cards);
    }

    // The sizes of a plain header stand at 4 and 40.
    private static byte[] Spoken(byte[] wav, int times)
    {
        byte[] all = [.. wav.AsSpan(0, 44), .. Enumerable.Repeat(wav[44..], times).SelectMany(samples => samples)];
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(4), all.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(all.AsSpan(40), all.Length - 44);
        return all;
    }

    private static string Configuration(string folder, int port, string speaks, bool rtcpMux) => $"""
        poll_method epoll
        sip_listen 127.0.0.1:{port}
        net_interface 127.0.0.1
        call_local_timeout 120
        audio_player alsa,phoneA
        audio_source aufile,{speaks}
        audio_alert alsa,phoneA
        ausrc_srate 48000
        auplay_srate 48000
        ausrc_channels 1
        auplay_channels 1
        rtp_ports 22000-28000
        rtcp_mux {(rtcpMux ? "yes" : "no")}
        module_path {Modules()}
        module g711.so
        module g722.so
        module opus.so
        module aufile.so
        module alsa.so
        module srtp.so
        module dtls_srtp.so
        module ice.so
        module sndfile.so
        module_tmp uuid.so
        module_app account.so
        module_app menu.so
        snd_path {System.IO.Path.Combine(folder, "rec")}
        opus_bitrate 32000

        """;

    private static string Modules() =>
        Directory.Exists("/usr/lib/baresip/modules") ? "/usr/lib/baresip/modules" : "/usr/local/lib/baresip/modules";
}
