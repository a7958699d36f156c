// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Benchmarks;

/// <summary>
/// A packet of 172 bytes (20 ms of G.711) protected, and protected then opened: ours, libsrtp 2, and the framework's cipher alone.
/// Opening alone is in <see cref="SrtpUnprotectBenchmark"/>. Goals: protect ≤ 200 ns with GCM, ≤ 320 ns with HMAC-SHA1, 0 B.
/// </summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public unsafe class SrtpBenchmark : IDisposable
{
    private const int Length = 172;

    // Pinned: libsrtp gets its address without a pin for each call.
    private readonly byte[] _packet = GC.AllocateArray<byte>(256, pinned: true);
    private readonly byte[] _tag = new byte[16];
    private readonly byte[] _nonce = new byte[12];
    private byte* _bytes;
    private ushort _sequence;
    private SrtpContext _sender = null!;
    private SrtpContext _receiver = null!;
    private Libsrtp _theirSender = null!;
    private Libsrtp _theirReceiver = null!;
    private AesGcm _framework = null!;

    /// <summary>The suite.</summary>
    [Params("AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80")]
    public string Profile { get; set; } = "AEAD_AES_128_GCM";

    /// <summary>Makes both ends with the same key.</summary>
    [GlobalSetup]
    public void Setup()
    {
        if (!SrtpProfile.TryFind(Profile, out var profile))
            throw new InvalidOperationException("No such suite.");
        byte[] master = RandomNumberGenerator.GetBytes(profile.MasterLength);
        using var key = new SrtpMasterKey(profile, master);
        _sender = SrtpContext.ForSending(key);
        _receiver = SrtpContext.ForReceiving(key);
        _theirSender = new Libsrtp(profile.IsAead, outbound: true, master);
        _theirReceiver = new Libsrtp(profile.IsAead, outbound: false, master);
        _framework = new AesGcm(master.AsSpan(0, 16), 16);
        RtpPacket.WriteHeader(_packet, 0, marker: false, 0, 160, 0x1234_5678);
        _bytes = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _packet[0]);
    }

    /// <summary>Ours.</summary>
    [Benchmark]
    public int Protect()
    {
        Next();
        _sender.TryProtectRtp(_packet, Length, out int length);
        return length;
    }

    /// <summary>Theirs.</summary>
    [Benchmark(Baseline = true)]
    public int LibsrtpProtect()
    {
        Next();
        return _theirSender.Protect(_bytes, Length);
    }

    /// <summary>Ours, both ways.</summary>
    [Benchmark]
    public int ProtectUnprotect()
    {
        Next();
        _sender.TryProtectRtp(_packet, Length, out int length);
        _receiver.TryUnprotectRtp(_packet.AsSpan(0, length), out length);
        return length == Length ? length : throw new InvalidOperationException("Not opened.");
    }

    /// <summary>Theirs, both ways.</summary>
    [Benchmark]
    public int LibsrtpProtectUnprotect()
    {
        Next();
        return _theirReceiver.Unprotect(_bytes, _theirSender.Protect(_bytes, Length));
    }

    /// <summary>The framework's GCM over the same bytes, without anything of SRTP.</summary>
    [Benchmark]
    public byte FrameworkGcm()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_nonce, ++_sequence);
        var data = _packet.AsSpan(RtpPacket.HeaderSize, Length - RtpPacket.HeaderSize);
        _framework.Encrypt(_nonce, data, data, _tag, _packet.AsSpan(0, RtpPacket.HeaderSize));
        return _tag[0];
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _theirSender.Dispose();
        _theirReceiver.Dispose();
        _framework.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Next() => BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), ++_sequence);
}
