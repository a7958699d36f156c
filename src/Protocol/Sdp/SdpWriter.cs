// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Text;

namespace Earshot.Protocol.Sdp;

/// <summary>Writes a description line by line.</summary>
/// <remarks>Thread: the owner's.</remarks>
internal sealed class SdpWriter
{
    private readonly ArrayBufferWriter<byte> _text = new(512);

    /// <summary>One line of text.</summary>
    public SdpWriter Line(char type, string value) => Line(type, Encoding.UTF8.GetBytes(value));

    /// <summary>One line of bytes.</summary>
    public SdpWriter Line(char type, ReadOnlySpan<byte> value)
    {
        Write(_text, (byte)type, value);
        return this;
    }

    /// <summary>One attribute, with or without value.</summary>
    public SdpWriter Attribute(string attribute) => Line('a', attribute);

    /// <summary>One attribute whose value is bytes.</summary>
    public SdpWriter Attribute(string name, ReadOnlySpan<byte> value) => Line('a', [.. Encoding.UTF8.GetBytes(name), (byte)':', .. value]);

    /// <summary>What was written so far, copied.</summary>
    public byte[] ToBytes() => _text.WrittenSpan.ToArray();

    /// <summary>Writes lines as they are.</summary>
    public static void Write(IBufferWriter<byte> writer, ReadOnlySpan<SdpLine> lines)
    {
        foreach (ref readonly var line in lines) Write(writer, line.Type, line.Value.Span);
    }

    private static void Write(IBufferWriter<byte> writer, byte type, ReadOnlySpan<byte> value)
    {
        var room = writer.GetSpan(value.Length + 4);
        room[0] = type;
        room[1] = (byte)'=';
        value.CopyTo(room[2..]);
        "\r\n"u8.CopyTo(room[(value.Length + 2)..]);
        writer.Advance(value.Length + 4);
    }
}
