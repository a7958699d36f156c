// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Protocol;
using Earshot.Protocol.Stun;

namespace Earshot.Benchmarks;

/// <summary>A connectivity check of 88 bytes: read, FINGERPRINT and MESSAGE-INTEGRITY checked. Goal: ≤ 900 ns, 0 B.</summary>
[MemoryDiagnoser]
[MinColumn]
[MedianColumn]
public class StunBenchmark : IDisposable
{
    private readonly StunKey _key = StunKey.ShortTerm("VOkJxbRl1RmTxUk/WvJxBt");
    private readonly byte[] _check = new byte[88];
    private readonly byte[] _response = new byte[128];
    private readonly TransactionId _id = new(1, 2);

    /// <summary>Writes the check.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var writer = new StunWriter(_check, StunMethod.Binding, StunClass.Request, _id);
        writer.AddText(StunAttribute.Username, "evtj:h6vY");
        writer.AddUInt32(StunAttribute.Priority, 0x6e0001ff);
        writer.AddUInt64(StunAttribute.IceControlling, 0x932ff9b151263b36);
        writer.AddSha1(_key);
        writer.AddFingerprint();
        if (!writer.TryFinish(out int length) || length != _check.Length)
            throw new InvalidOperationException("Not 88 bytes.");
    }

    /// <summary>Read and checked.</summary>
    [Benchmark]
    public bool ParseAndCheck() => StunMessage.TryParse(_check, out var message) && message.IsFingerprintValid && message.IsSha1Valid(_key)
        ? true
        : throw new InvalidOperationException("Not valid.");

    /// <summary>Read alone.</summary>
    [Benchmark]
    public int Parse() => StunMessage.TryParse(_check, out var message) && message.TryGet(StunAttribute.Username, out var name) ? name.Length : 0;

    /// <summary>The response to it.</summary>
    [Benchmark]
    public int Respond()
    {
        var writer = new StunWriter(_response, StunMethod.Binding, StunClass.Success, _id);
        writer.AddXorAddress(StunAttribute.XorMappedAddress, new TransportAddress(0, 0x7f000001, 5004, false));
        writer.AddSha1(_key);
        writer.AddFingerprint();
        writer.TryFinish(out int length);
        return length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        GC.SuppressFinalize(this);
    }
}
