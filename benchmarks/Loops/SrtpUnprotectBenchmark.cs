// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Benchmarks;

/// <summary>A packet of 172 bytes (20 ms of G.711) opened: ours and libsrtp 2. Goals: ≤ 200 ns with GCM, ≤ 320 ns with HMAC-SHA1, 0 B.</summary>
/// <remarks>A packet can be opened once only, in place: each iteration opens a stream of fresh copies with a new receiver.</remarks>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public unsafe class SrtpUnprotectBenchmark : IDisposable
{
    private const int Length = 172;
    private const int Count = 2048;
    private const int Slot = 192;

    // Pinned: libsrtp gets its address without a pin for each call.
    private readonly byte[] _packets = GC.AllocateArray<byte>(Count * Slot, pinned: true);
    private readonly byte[] _protected = new byte[Count * Slot];
    private byte[] _master = [];
    private int _protectedLength;
    private SrtpProfile _profile = SrtpProfile.AeadAes128Gcm;
    private SrtpContext? _receiver;
    private Libsrtp? _theirReceiver;

    /// <summary>The suite.</summary>
    [Params("AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80")]
    public string Profile { get; set; } = "AEAD_AES_128_GCM";

    /// <summary>Protects the stream once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        if (!SrtpProfile.TryFind(Profile, out _profile))
            throw new InvalidOperationException("No such suite.");
        _master = RandomNumberGenerator.GetBytes(_profile.MasterLength);
        using var key = new SrtpMasterKey(_profile, _master);
        using var sender = SrtpContext.ForSending(key);
        for (int i = 0; i < Count; i++)
        {
            var packet = _protected.AsSpan(i * Slot, Slot);
            RandomNumberGenerator.Fill(packet[..Length]);
            RtpPacket.WriteHeader(packet, 0, marker: false, (ushort)i, (uint)i * 160, 0x1234_5678);
            sender.TryProtectRtp(packet, Length, out _protectedLength);
        }

        // An iteration is so short that the compiler's second tier would come in the midst of the measurement.
        for (var watch = Stopwatch.StartNew(); watch.ElapsedMilliseconds < 1000;)
        {
            Renew();
            Unprotect();
        }
    }

    /// <summary>Fresh copies, receivers that have seen nothing.</summary>
    [IterationSetup]
    public void Renew()
    {
        Release();
        using var key = new SrtpMasterKey(_profile, _master);
        _receiver = SrtpContext.ForReceiving(key);
        _theirReceiver = new Libsrtp(_profile.IsAead, outbound: false, _master);
        _protected.CopyTo(_packets, 0);
    }

    /// <summary>Ours.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Unprotect()
    {
        int opened = 0;
        for (int i = 0; i < Count; i++)
        {
            _receiver!.TryUnprotectRtp(_packets.AsSpan(i * Slot, _protectedLength), out int length);
            opened += length;
        }

        return opened == Count * Length ? opened : throw new InvalidOperationException("Not opened.");
    }

    /// <summary>Theirs.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public int LibsrtpUnprotect()
    {
        byte* bytes = (byte*)Unsafe.AsPointer(ref _packets[0]);
        int opened = 0;
        for (int i = 0; i < Count; i++)
            opened += _theirReceiver!.Unprotect(bytes + (i * Slot), _protectedLength);
        return opened == Count * Length ? opened : throw new InvalidOperationException("Not opened.");
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        _receiver?.Dispose();
        _theirReceiver?.Dispose();
        (_receiver, _theirReceiver) = (null, null);
    }
}
