// SPDX-License-Identifier: MIT
using Earshot.Calls;

namespace Earshot.Lab.Phones;

/// <summary>Media without sound: session descriptions that say which phone wrote them, and a note of what was asked.</summary>
/// <remarks>Real negotiation and audio have their own tests; here only who asks what, when, matters.</remarks>
internal sealed class ScriptedMedia(string name) : ICallMedia
{
    private int _version;

    /// <summary>Media flows.</summary>
    public bool Flows { get; private set; }

    /// <summary>Media once flowed and was stopped.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Set to refuse whatever description comes next.</summary>
    public CallEnd? Refuses { get; set; }

    /// <summary>The last description taken from the other side.</summary>
    public string Remote { get; private set; } = "";

    /// <summary>Offers taken back.</summary>
    public int RolledBack { get; private set; }

    /// <summary>Descriptions written: the first of a real call takes a port.</summary>
    public int Described => _version;

    public bool InsistsOnEncryption => false;

    public MediaAnswer MakeOffer() => new(Describe());

    public CallEnd? Judge(ReadOnlyMemory<byte> offer) => Refuses;

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer)
    {
        if (Refuses is { } why) return new(default, why);
        Remote = System.Text.Encoding.UTF8.GetString(offer.Span);
        return new(Describe());
    }

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
    {
        if (Refuses is { } why) return why;
        Remote = System.Text.Encoding.UTF8.GetString(answer.Span);
        return null;
    }

    public void RollBack() => RolledBack++;

    public void Start() => Flows = true;

    public void Stop()
    {
        Stopped |= Flows;
        Flows = false;
    }

    private ReadOnlyMemory<byte> Describe() => System.Text.Encoding.UTF8.GetBytes(
        $"v=0\r\no={name} 1 {++_version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
}
