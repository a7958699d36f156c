// SPDX-License-Identifier: MIT
using System.Buffers;

namespace Earshot.Protocol.Sdp;

/// <summary>A session description (RFC 8866): the session's own lines and the media descriptions. Immutable.</summary>
/// <remarks>
/// <code>
/// v= o= s= i= u= e= p= c= b= t= r= z= k= a=      Lines    (the session's own)
/// m= i= c= b= k= a= …                            Media[0]
/// m= …                                           Media[1]
/// </code>
/// Parsing checks v=, o=, every c= and m=; everything else stays bytes until somebody asks. A missing s= or t= and any
/// order of lines are forgiven: phones get them wrong, and nothing depends on them.
/// </remarks>
internal sealed class SessionDescription : SdpSection
{
    /// <summary>Largest description taken, bytes.</summary>
    public const int MaxBytes = 65535;

    /// <summary>Most lines taken.</summary>
    public const int MaxLines = 1024;

    /// <summary>Most m= lines taken.</summary>
    public const int MaxMedia = 64;

    private readonly MediaDescription[] _media;

    private SessionDescription(ReadOnlyMemory<SdpLine> lines, SdpOrigin origin, MediaDescription[] media)
        : base(lines)
    {
        Origin = origin;
        _media = media;
    }

    /// <summary>The o= line.</summary>
    public SdpOrigin Origin { get; }

    /// <summary>The media descriptions in order.</summary>
    public ReadOnlySpan<MediaDescription> Media => _media;

    /// <summary>Reads a description; the bytes are copied.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SessionDescription? description, out SdpError error)
    {
        description = null;
        if (text.Length > MaxBytes) return Fails(SdpError.TooLarge, out error);
        var lines = new SdpLine[Math.Min(text.Count((byte)'\n') + 1, MaxLines)];
        error = SdpLineReader.Read(text.ToArray(), lines, out var count, out var mediaCount);
        if (error != SdpError.None) return false;
        if (mediaCount > MaxMedia) return Fails(SdpError.TooManyMedia, out error);
        if (count == 0 || lines[0].Type != 'v' || !lines[0].Value.Span.SequenceEqual("0"u8)) return Fails(SdpError.BadVersion, out error);

        var all = lines.AsMemory(0, count);
        var own = SectionLength(all.Span);
        if (!TryOrigin(all.Span[..own], out var origin)) return Fails(SdpError.BadOrigin, out error);
        var media = mediaCount == 0 ? [] : new MediaDescription[mediaCount];
        var rest = all[own..];
        for (var i = 0; i < media.Length; i++)
        {
            var length = SectionLength(rest.Span[1..]) + 1;
            if (MediaDescription.TryParse(rest[..length]) is not { } parsed) return Fails(SdpError.BadMedia, out error);
            media[i] = parsed;
            rest = rest[length..];
        }
        description = new SessionDescription(all[..own], origin, media);
        return true;
    }

    /// <summary>Writes all lines, each ended by CR LF.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        SdpWriter.Write(writer, Lines);
        foreach (var media in _media) SdpWriter.Write(writer, media.Lines);
    }

    /// <summary>All lines as bytes.</summary>
    public byte[] ToBytes()
    {
        var writer = new ArrayBufferWriter<byte>();
        WriteTo(writer);
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>The whole text.</summary>
    public override string ToString() => string.Concat([base.ToString(), .. _media.Select(m => m.ToString())]);

    private static bool TryOrigin(ReadOnlySpan<SdpLine> lines, out SdpOrigin origin)
    {
        origin = default;
        foreach (ref readonly var line in lines)
        {
            if (line.Type == 'o') return SdpOrigin.TryParse(line.Value.Span, out origin);
        }
        return false;
    }

    private static int SectionLength(ReadOnlySpan<SdpLine> lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Type == 'm') return i;
        }
        return lines.Length;
    }

    private static bool Fails(SdpError why, out SdpError error)
    {
        error = why;
        return false;
    }
}
