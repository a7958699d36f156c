// SPDX-License-Identifier: MIT
using Earshot.Protocol.Rtp;

namespace Earshot.Media.Send;

/// <summary>Which earlier frames a packet repeats: so many frames back each; 0 for none.</summary>
/// <param name="Near">Distance of the first copy.</param>
/// <param name="Far">Distance of the second, greater than <paramref name="Near"/>.</param>
internal readonly record struct RedundancyDistances(int Near, int Far)
{
    /// <summary>Longest distance.</summary>
    public const int Maximum = 6;

    /// <summary>Nothing is repeated.</summary>
    public static readonly RedundancyDistances None;

    /// <summary>Copies in a packet.</summary>
    public int Depth => Near == 0 ? 0 : Far == 0 ? 1 : 2;
}

/// <summary>Keeps the last encoded frames and writes them before the next one, as redundant audio (RFC 2198).</summary>
/// <remarks>
/// <code>
///   packet:  | copy headers | primary header | far copy | near copy |  ◄─ the encoder goes on here
/// </code>
/// Copies come first in a packet and are known before the frame is encoded: the encoder writes in its place and nothing is moved.
/// Thread: worker. Real-time: no allocation after construction.
/// </remarks>
internal sealed class RedundancyWriter
{
    // Room for the primary stays: 60 ms at 120 kbit/s.
    private const int PrimaryRoom = 900;
    private const int Slots = 8;

    private readonly byte[] _bytes = new byte[Slots * Redundancy.MaximumLength];
    private readonly int[] _lengths = new int[Slots];
    private readonly uint[] _timestamps = new uint[Slots];
    private int _frames;

    /// <summary>Packets that carried copies.</summary>
    public long Packets { get; private set; }

    /// <summary>Forgets everything: a pause, another codec or frame length, another source. A copy is found by counting frames back.</summary>
    public void Reset() => _frames = 0;

    /// <summary>Writes what comes before the primary.</summary>
    /// <param name="payload">The packet's payload.</param>
    /// <param name="payloadType">Of the frames.</param>
    /// <param name="timestamp">Of the frame that is encoded next.</param>
    /// <param name="ticks">Its length in units of the time stamp: a frame beyond a hole in the capture is not repeated, for its distance would lie.</param>
    /// <param name="distances">What to repeat.</param>
    /// <returns>Bytes written; 0 when there is nothing to repeat and the frame goes out plain.</returns>
    public int Begin(Span<byte> payload, int payloadType, uint timestamp, int ticks, in RedundancyDistances distances)
    {
        int far = distances.Far > distances.Near ? SlotOf(distances.Far, timestamp, ticks) : -1;
        int near = SlotOf(distances.Near, timestamp, ticks);
        int headers = ((far >= 0 ? 1 : 0) + (near >= 0 ? 1 : 0)) * Redundancy.HeaderSize;
        if (headers == 0)
            return 0;
        int room = payload.Length - PrimaryRoom - headers - 1;
        if (LengthOf(far) + LengthOf(near) > room)
            return 0;
        int header = 0;
        int at = headers + 1;
        Write(payload, far, payloadType, timestamp, ref header, ref at);
        Write(payload, near, payloadType, timestamp, ref header, ref at);
        Redundancy.WritePrimaryHeader(payload[header..], (byte)payloadType);
        return at;
    }

    /// <summary>Keeps a frame that is sent.</summary>
    /// <param name="timestamp">Its time stamp.</param>
    /// <param name="frame">As encoded.</param>
    /// <param name="redundant">Its packet carries copies.</param>
    public void Keep(uint timestamp, ReadOnlySpan<byte> frame, bool redundant)
    {
        Packets += redundant ? 1 : 0;
        int slot = _frames++ % Slots;
        _lengths[slot] = frame.Length <= Redundancy.MaximumLength ? frame.Length : 0;
        _timestamps[slot] = timestamp;
        frame[.._lengths[slot]].CopyTo(_bytes.AsSpan(slot * Redundancy.MaximumLength));
    }

    private int LengthOf(int slot) => slot < 0 ? 0 : _lengths[slot];

    private int SlotOf(int distance, uint timestamp, int ticks)
    {
        if (distance is < 1 or > RedundancyDistances.Maximum || distance > _frames)
            return -1;
        int slot = (_frames - distance) % Slots;
        uint offset = (uint)(distance * ticks);
        return _lengths[slot] > 0 && timestamp - _timestamps[slot] == offset && offset <= Redundancy.MaximumOffset ? slot : -1;
    }

    private void Write(Span<byte> payload, int slot, int payloadType, uint timestamp, ref int header, ref int at)
    {
        if (slot < 0)
            return;
        int length = _lengths[slot];
        Redundancy.WriteCopyHeader(payload[header..], (byte)payloadType, (int)(timestamp - _timestamps[slot]), length);
        _bytes.AsSpan(slot * Redundancy.MaximumLength, length).CopyTo(payload[at..]);
        header += Redundancy.HeaderSize;
        at += length;
    }
}
