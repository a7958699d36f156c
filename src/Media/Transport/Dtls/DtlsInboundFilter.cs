// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Transport.Dtls;

/// <summary>Takes from arriving datagrams what must not reach the handshake, and what would end it though nobody signed it.</summary>
/// <remarks>
/// <code>
///   epoch 0   handshake ─► bounds ─► renumbered ─► on          alert ─► held back: it counts when the peer says nothing more
///             ChangeCipherSpec ─► as server only behind a whole CertificateVerify, else the rest of the datagram goes, too
///             anything else ─► dropped
///   epoch 1   on: its keys judge it
/// </code>
/// Three things that the record layer behind this does with unprotected records are guarded against. It switches keys at any ChangeCipherSpec
/// behind the ClientKeyExchange, and a CertificateVerify that comes later is lost for ever. It moves its replay window at any number, so that one
/// forged record with a huge one shuts out all that follow. It ends the handshake at any alert.
/// Pure: told the time. Thread: whichever pumps the handshake.
/// </remarks>
internal sealed class DtlsInboundFilter(bool weAreClient)
{
    /// <summary>Most bytes of a handshake message: a chain of several RSA-4096 certificates is 6 KB.</summary>
    public const int LargestMessage = 16_384;

    /// <summary>Most records of a handshake: a flight of 16 KB in pieces of 200 bytes, sent a dozen times.</summary>
    public const int MostRecords = 1_000;

    private const int LongestVerify = 2_048;

    // Longer than the first retransmission of every stack that we know: one that still speaks has not given up.
    private static readonly TimeSpan AlertPause = TimeSpan.FromMilliseconds(1_500);

    private readonly ulong[] _verified = new ulong[LongestVerify / 64];
    private int _verifyLength = -1;
    private ulong _next;
    private Instant _alertAt = Instant.Never;
    private int _records;

    /// <summary>True once the peer has sent more, or larger messages, than any handshake needs.</summary>
    public bool IsOversized { get; private set; }

    /// <summary>Records that were held back or dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>When the alert that was held back counts, if nothing more comes.</summary>
    public Instant AlertDue => _alertAt == Instant.Never ? Instant.Never : _alertAt + AlertPause;

    /// <summary>The number of that alert (RFC 5246 §7.2).</summary>
    public byte Alert { get; private set; }

    /// <summary>Copies what may go on.</summary>
    /// <param name="now">Now.</param>
    /// <param name="datagram">As it came.</param>
    /// <param name="admitted">Receives the records that may go on; as long as the datagram.</param>
    /// <returns>Bytes that may go on; 0 for none.</returns>
    public int Admit(Instant now, ReadOnlySpan<byte> datagram, Span<byte> admitted)
    {
        int length = 0;
        while (DtlsRecord.TryRead(datagram, out var record))
        {
            var whole = datagram[..record.Size];
            datagram = datagram[record.Size..];
            bool isEarly = record is { Epoch: 0, Type: DtlsRecord.ChangeCipherSpec } && !weAreClient && !IsVerifyWhole;
            if (isEarly)
            {
                Dropped++;
                break;
            }

            if (!MayGoOn(now, in record, whole[DtlsRecord.HeaderSize..]))
            {
                Dropped++;
                continue;
            }

            whole.CopyTo(admitted[length..]);
            if (record.Epoch == 0)
                DtlsRecord.Renumber(admitted[length..], _next++);
            length += record.Size;
        }

        return length;
    }

    private bool IsVerifyWhole
    {
        get
        {
            for (int i = 0; i < _verifyLength; i++)
            {
                if ((_verified[i / 64] & (1UL << (i % 64))) == 0)
                    return false;
            }

            return _verifyLength >= 0;
        }
    }

    private bool MayGoOn(Instant now, in DtlsRecord record, ReadOnlySpan<byte> fragment)
    {
        if (IsOversized || record.Epoch > 1)
            return false;
        if (record.Epoch == 1 || record.Type == DtlsRecord.ChangeCipherSpec)
            return true;
        if (record.Type == DtlsRecord.Alert)
            HoldBack(now, fragment);
        return record.Type == DtlsRecord.Handshake && IsWithinBounds(fragment);
    }

    private void HoldBack(Instant now, ReadOnlySpan<byte> alert)
    {
        if (alert.Length != 2 || _alertAt != Instant.Never)
            return;
        _alertAt = now;
        Alert = alert[1];
    }

    private bool IsWithinBounds(ReadOnlySpan<byte> record)
    {
        IsOversized |= ++_records > MostRecords;
        while (DtlsFragment.TryRead(record, out var fragment))
        {
            IsOversized |= fragment.Length > LargestMessage;
            if (fragment.Type == DtlsFragment.CertificateVerify)
                NoteVerify(in fragment);
            record = record[fragment.Size..];
        }

        _alertAt = Instant.Never;
        return !IsOversized && record.IsEmpty;
    }

    private void NoteVerify(in DtlsFragment fragment)
    {
        if (fragment.Length > LongestVerify || (_verifyLength >= 0 && _verifyLength != fragment.Length))
            return;
        _verifyLength = fragment.Length;
        for (int i = fragment.Offset; i < fragment.Offset + fragment.FragmentLength; i++)
            _verified[i / 64] |= 1UL << (i % 64);
    }
}
