// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Lab.Nats;

/// <summary>A stand-in for the DTLS handshake, whose library reads the clock: as many flights, as many round trips, keys that are worth nothing.</summary>
/// <remarks>
/// <code>
///   client ──1──► server ──2──► client ──3──► server (has keys) ──4──► client (has keys)       a lost flight is repeated after 75 ms, 150 ms …
/// </code>
/// Its datagrams look like DTLS (RFC 7983), so that whoever sorts packets sorts these, too. Thread: one. Told the time.
/// </remarks>
/// <param name="isClient">Begins.</param>
/// <param name="random">Draws our half.</param>
internal sealed class ScriptedKeys(bool isClient, SeededRandom random)
{
    private const byte Handshake = 22;
    private const int HalfSize = 16;
    private const int Size = 2 + HalfSize;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(75);
    private readonly byte[] _ours = Draw(random);
    private byte[]? _theirs;
    private byte[]? _flight;
    private Instant _repeatAt = Instant.Never;
    private TimeSpan _wait = FirstWait;
    private bool _isDue;

    /// <summary>Both halves are known to both.</summary>
    public bool IsDone { get; private set; }

    /// <summary>There is a way to the peer.</summary>
    public void Start(Instant now)
    {
        if (isClient && _flight is null)
            Say(now, 1);
    }

    /// <summary>One datagram of the peer's.</summary>
    public void HandlePacket(Instant now, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length != Size || datagram[0] != Handshake || (datagram[1] & 1) == (isClient ? 1 : 0))
            return;
        byte flight = datagram[1];
        // A flight again is answered again; one from before, or later than is due, is not.
        if (flight > (_flight?[1] ?? 0) + 1 || flight + 1 < (_flight?[1] ?? 0))
            return;
        _theirs ??= datagram[2..].ToArray();
        if (!datagram[2..].SequenceEqual(_theirs))
            return;
        IsDone |= flight >= 3;
        if (flight < 4) Say(now, (byte)(flight + 1));
        else _repeatAt = Instant.Never;
    }

    /// <summary>Repeats what was not answered.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_repeatAt > now)
            return;
        _wait *= 2;
        _repeatAt = now + _wait;
        _isDue = true;
    }

    /// <summary>Takes the next datagram to send.</summary>
    public bool PollTransmit(out byte[] datagram)
    {
        datagram = _isDue ? _flight! : [];
        (bool isDue, _isDue) = (_isDue, false);
        return isDue;
    }

    /// <summary>When something is to be repeated.</summary>
    public Instant PollTimeout() => _repeatAt;

    /// <summary>What was agreed.</summary>
    public DtlsContexts Agreed(int association)
    {
        var profile = SrtpProfile.AeadAes128Gcm;
        using var local = MasterOf(profile, _ours, _theirs!);
        using var remote = MasterOf(profile, _theirs!, _ours);
        return new(association, SrtpContext.ForSending(local), SrtpContext.ForReceiving(remote));
    }

    private void Say(Instant now, byte flight)
    {
        _flight = [Handshake, flight, .. _ours];
        _isDue = true;
        _wait = FirstWait;
        // The last flight is repeated only when the one before it comes again.
        _repeatAt = flight == 4 ? Instant.Never : now + _wait;
    }

    private static SrtpMasterKey MasterOf(SrtpProfile profile, byte[] sender, byte[] receiver) =>
        new(profile, SHA256.HashData([.. sender, .. receiver]).AsSpan(0, profile.MasterLength));

    private static byte[] Draw(SeededRandom random)
    {
        var half = new byte[HalfSize];
        random.Fill(half);
        return half;
    }
}
