// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;

namespace Earshot.Media.Tests.Dtls;

/// <summary>Takes datagrams of DTLS apart and puts forged ones together.</summary>
internal static class Records
{
    public static List<byte[]> Of(byte[] datagram)
    {
        var records = new List<byte[]>();
        while (DtlsRecord.TryRead(datagram, out var record))
        {
            records.Add(datagram[..record.Size]);
            datagram = datagram[record.Size..];
        }

        return records;
    }

    public static byte[] Joined(IEnumerable<byte[]> records) => [.. records.SelectMany(record => record)];

    public static bool IsHandshake(byte[] record, byte type) => record[0] == DtlsRecord.Handshake && record[4] == 0 && record[DtlsRecord.HeaderSize] == type;

    public static bool IsType(byte[] record, byte type) => record[0] == type;

    /// <summary>A record.</summary>
    public static byte[] Make(byte type, ushort epoch, ulong sequence, params byte[] fragment) =>
        [
            type, 0xFE, 0xFD, (byte)(epoch >> 8), (byte)epoch,
            (byte)(sequence >> 40), (byte)(sequence >> 32), (byte)(sequence >> 24), (byte)(sequence >> 16), (byte)(sequence >> 8), (byte)sequence,
            (byte)(fragment.Length >> 8), (byte)fragment.Length, .. fragment,
        ];

    /// <summary>A fragment of a handshake message.</summary>
    public static byte[] Fragment(byte type, int length, ushort number, int offset, params byte[] body) =>
        [
            type, (byte)(length >> 16), (byte)(length >> 8), (byte)length, (byte)(number >> 8), (byte)number,
            (byte)(offset >> 16), (byte)(offset >> 8), (byte)offset, (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length, .. body,
        ];

    /// <summary>Cuts every handshake message of epoch 0 into fragments, a datagram each.</summary>
    public static IEnumerable<byte[]> Cut(byte[] datagram, int most)
    {
        foreach (byte[] record in Of(datagram))
        {
            if (record[0] != DtlsRecord.Handshake || record[4] != 0 || !DtlsFragment.TryRead(record.AsSpan(DtlsRecord.HeaderSize), out var whole))
            {
                yield return record;
                continue;
            }

            byte[] body = record[(DtlsRecord.HeaderSize + DtlsFragment.HeaderSize)..];
            for (int at = 0; at < Math.Max(1, body.Length); at += most)
                yield return Make(record[0], 0, (ulong)at, Fragment(whole.Type, whole.Length, whole.Number, at, body[at..Math.Min(body.Length, at + most)]));
        }
    }
}
