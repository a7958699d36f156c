// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Earshot.Media;

namespace Earshot.Cli.Output;

/// <summary>One JSON object a line on standard output, each with <c>event</c> and <c>t</c>, seconds since the start.</summary>
/// <param name="stream">Where to.</param>
/// <param name="quiet">Without the counters of every second.</param>
internal sealed class JsonOutput(Stream stream, bool quiet = false) : IOutput
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _line = new(1024);

    public void Listening(IReadOnlyList<string> uris) => Write("listening", w =>
    {
        w.WriteString("uri", uris[0]);
        w.WriteStartArray("uris");
        foreach (var uri in uris) w.WriteStringValue(uri);
        w.WriteEndArray();
    });

    public void Calling(string uri) => Write("calling", w => w.WriteString("uri", uri));

    public void Incoming(string from, string? name, string callId) => Write("incoming", w =>
    {
        w.WriteString("from", from);
        if (name is not null) w.WriteString("name", name);
        w.WriteString("call_id", callId);
    });

    public void Happened(Call call, CallEvent step)
    {
        switch (step)
        {
            case CallRinging ringing:
                Write("ringing", w =>
                {
                    w.WriteNumber("sip_status", ringing.SipStatus);
                    w.WriteBoolean("early_media", ringing.EarlyMedia);
                });
                break;
            case CallConnected connected:
                Write("connected", w => WriteSession(w, call, connected.Session, connected.At));
                break;
            case CallHeard heard:
                Write("heard", w =>
                {
                    w.WriteString("call_id", call.CallId);
                    w.WriteNumber("after_ms", Rounded(heard.At.TotalMilliseconds));
                });
                break;
            case CallVerification verification:
                Write("verification", w => FieldsAsJson.Write(w, [new("call_id", call.CallId), .. VerificationFields.Of(call.RemoteUri, verification.Peer)]));
                break;
            case CallChanged changed:
                Write("changed", w => WriteSession(w, call, changed.Session, null));
                break;
            case CallChangeRefused refused:
                Write("change-refused", w =>
                {
                    w.WriteNumber("sip_status", refused.SipStatus);
                    w.WriteString("message", refused.Message);
                });
                break;
            case CallDigit digit:
                Write("dtmf", w => w.WriteString("digit", [digit.Digit]));
                break;
            case CallNotice notice:
                Notice(notice.Code, notice.Message);
                break;
            case CallEnded ended:
                Write("ended", w => WriteEnded(w, call, ended));
                break;
        }
    }

    public void Statistics(Call call, MediaStatistics statistics)
    {
        if (quiet) return;
        Write("stats", w =>
        {
            w.WriteString("call_id", call.CallId);
            StatisticsFields.Write(w, statistics);
        });
    }

    public void Typed(string text)
    {
        // A script reads events; keys are no event.
    }

    public void Notice(string code, string message) => Write("notice", w =>
    {
        w.WriteString("code", code);
        w.WriteString("message", message);
    });

    public void Progress(string code, string message) => Notice(code, message);

    public void Trace(bool sent, string peer, string message) => Write("sip", w =>
    {
        w.WriteString("direction", sent ? "sent" : "received");
        w.WriteString("peer", peer);
        w.WriteString("message", message);
    });

    public void Error(string code, string message, string? hint) => Write("error", w =>
    {
        w.WriteString("code", code);
        w.WriteString("message", message);
        if (!string.IsNullOrEmpty(hint)) w.WriteString("hint", hint);
    });

    public void Result(string name, IReadOnlyList<Field> fields, bool asObject = false) => Write(name, w => FieldsAsJson.Write(w, fields));

    private static void WriteSession(Utf8JsonWriter w, Call call, CallSession session, TimeSpan? setUp)
    {
        w.WriteString("call_id", call.CallId);
        w.WriteString("codec", session.Codec);
        w.WriteNumber("rate", session.SampleRate);
        w.WriteNumber("ptime", session.PacketTime.TotalMilliseconds);
        w.WriteString("security", session.SecurityText);
        w.WriteString("key_exchange", session.KeyExchange);
        w.WriteString("signalling", session.SignallingProtected ? "protected" : "clear");
        w.WriteString("srtp_profile", session.SrtpProfile);
        w.WriteString("ice", session.Ice);
        w.WriteString("local", session.Local);
        w.WriteString("remote", session.Remote);
        if (setUp is { } time) w.WriteNumber("setup_ms", Rounded(time.TotalMilliseconds));
        else
        {
            w.WriteBoolean("on_hold", session.OnHold);
            w.WriteBoolean("held_by_peer", session.HeldByPeer);
        }
    }

    private static void WriteEnded(Utf8JsonWriter w, Call call, CallEnded ended)
    {
        w.WriteString("call_id", call.CallId);
        w.WriteString("reason", ReasonWords.Of(ended.End.Reason));
        w.WriteNumber("sip_status", ended.End.SipStatus);
        w.WriteString("message", ended.End.Message);
        if (ended.End.Hint is { } hint) w.WriteString("hint", hint);
        w.WriteNumber("duration", Rounded(ended.Talked.TotalSeconds));
        w.WritePropertyName("stats");
        if (ended.Statistics is null)
        {
            w.WriteNullValue();
            return;
        }

        w.WriteStartObject();
        StatisticsFields.Write(w, ended.Statistics);
        w.WriteEndObject();
    }

    private static double Rounded(double value) => Math.Round(value, 3);

    private void Write(string name, Action<Utf8JsonWriter> fields)
    {
        lock (_lock)
        {
            _line.ResetWrittenCount();
            using (var writer = new Utf8JsonWriter(_line, FieldsAsJson.Options))
            {
                writer.WriteStartObject();
                writer.WriteString("event", name);
                writer.WriteNumber("t", Rounded(Stopwatch.GetElapsedTime(_start).TotalSeconds));
                fields(writer);
                writer.WriteEndObject();
            }

            _line.Write("\n"u8);
            try
            {
                stream.Write(_line.WrittenSpan);
                stream.Flush();
            }
            catch (IOException)
            {
                // Nobody reads any more; the call is still to be ended with BYE.
            }
        }
    }
}
