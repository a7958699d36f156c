// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Attributes;
using Earshot.Media.Transport.Dtls;

namespace Earshot.Benchmarks;

/// <summary>Two identities and a whole handshake of the process with itself, both ends in one figure; and the string that people compare.</summary>
[MemoryDiagnoser]
[MedianColumn]
public class DtlsHandshakeBenchmark
{
    private static readonly DtlsExecutor Executor = new();
    private readonly CallParty _one = new("sip:alice@example.org", DtlsIdentity.CreateEphemeral().Fingerprint);
    private readonly CallParty _other = new("sip:bob@example.org", DtlsIdentity.CreateEphemeral().Fingerprint);

    [Benchmark]
    public bool Handshake() => DtlsWarmUp.Shake(Executor);

    [Benchmark]
    public string String() => AuthenticationString.Of(_one, _other).ToString();
}
