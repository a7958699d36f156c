// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The request methods this code knows by name (RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903, 6086).</summary>
internal enum SipMethod : byte
{
    /// <summary>A method outside this list: its name is in <see cref="SipMessage.MethodName"/>.</summary>
    Unknown,
    Invite,
    Ack,
    Bye,
    Cancel,
    Options,
    Register,
    Message,
    Info,
    Prack,
    Update,
    Subscribe,
    Notify,
    Refer,
    Publish,
}

/// <summary>Names of methods on the wire. Method names are case-sensitive (RFC 3261 §7.1).</summary>
internal static class SipMethods
{
    /// <summary>How many values <see cref="SipMethod"/> has.</summary>
    public const int Count = (int)SipMethod.Publish + 1;

    /// <summary>The name on the wire; empty for <see cref="SipMethod.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> Name(this SipMethod method) => method switch
    {
        SipMethod.Invite => "INVITE"u8,
        SipMethod.Ack => "ACK"u8,
        SipMethod.Bye => "BYE"u8,
        SipMethod.Cancel => "CANCEL"u8,
        SipMethod.Options => "OPTIONS"u8,
        SipMethod.Register => "REGISTER"u8,
        SipMethod.Message => "MESSAGE"u8,
        SipMethod.Info => "INFO"u8,
        SipMethod.Prack => "PRACK"u8,
        SipMethod.Update => "UPDATE"u8,
        SipMethod.Subscribe => "SUBSCRIBE"u8,
        SipMethod.Notify => "NOTIFY"u8,
        SipMethod.Refer => "REFER"u8,
        SipMethod.Publish => "PUBLISH"u8,
        _ => default,
    };

    /// <summary>The method with this exact name, else <see cref="SipMethod.Unknown"/>.</summary>
    public static SipMethod Parse(ReadOnlySpan<byte> name)
    {
        SipMethod guess = (name.Length, name.IsEmpty ? (byte)0 : name[0]) switch
        {
            (3, (byte)'A') => SipMethod.Ack,
            (3, _) => SipMethod.Bye,
            (4, _) => SipMethod.Info,
            (5, (byte)'P') => SipMethod.Prack,
            (5, _) => SipMethod.Refer,
            (6, (byte)'I') => SipMethod.Invite,
            (6, (byte)'C') => SipMethod.Cancel,
            (6, (byte)'N') => SipMethod.Notify,
            (6, _) => SipMethod.Update,
            (7, (byte)'O') => SipMethod.Options,
            (7, (byte)'M') => SipMethod.Message,
            (7, _) => SipMethod.Publish,
            (8, _) => SipMethod.Register,
            (9, _) => SipMethod.Subscribe,
            _ => SipMethod.Unknown,
        };
        return guess != SipMethod.Unknown && name.SequenceEqual(guess.Name()) ? guess : SipMethod.Unknown;
    }
}
