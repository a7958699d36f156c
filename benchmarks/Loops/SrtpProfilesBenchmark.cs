// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Benchmarks;

/// <summary>A packet of 172 bytes protected, and protected and opened, under every suite that we have. <see cref="SrtpBenchmark"/> has those with a goal beside their peers. Goal: 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class SrtpProfilesBenchmark : IDisposable
{
    private const int Length = 172;
    private readonly byte[] _packet = new byte[256];
    private ushort _sequence;
    private SrtpContext _sender = null!;
    private SrtpContext _receiver = null!;

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => SrtpProfile.All.Select(p => p.Name);

    /// <summary>The suite.</summary>
    [ParamsSource(nameof(Names))]
    public string Profile { get; set; } = "AEAD_AES_128_GCM";

    /// <summary>Makes both ends with the same key.</summary>
    [GlobalSetup]
    public void Setup()
    {
        if (!SrtpProfile.TryFind(Profile, out var profile))
            throw new InvalidOperationException("No such suite.");
        using var key = new SrtpMasterKey(profile, RandomNumberGenerator.GetBytes(profile.MasterLength));
        _sender = SrtpContext.ForSending(key);
        _receiver = SrtpContext.ForReceiving(key);
        RtpPacket.WriteHeader(_packet, 0, marker: false, 0, 160, 0x1234_5678);
    }

    /// <summary>Sent.</summary>
    [Benchmark]
    public int Protect()
    {
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), ++_sequence);
        _sender.TryProtectRtp(_packet, Length, out int length);
        return length;
    }

    /// <summary>Sent and received.</summary>
    [Benchmark]
    public int ProtectUnprotect()
    {
        int length = Protect();
        _receiver.TryUnprotectRtp(_packet.AsSpan(0, length), out length);
        return length == Length ? length : throw new InvalidOperationException("Not opened.");
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }
}
