// SPDX-License-Identifier: MIT
using Earshot.Protocol;
using Earshot.Protocol.Srtp;

namespace Earshot.Media.Tests.Sessions;

/// <summary>Pairs of paper phones with or without keys.</summary>
internal static class PaperKeys
{
    public static (PaperPhone A, PaperPhone B) Pair(bool encrypted, int keySeed = 1, bool begin = true)
    {
        var (a, b) = !encrypted
            ? (new PaperPhone(PaperPhone.AddressA, PaperPhone.AddressB, null, null, keySeed), new PaperPhone(PaperPhone.AddressB, PaperPhone.AddressA, null, null, keySeed + 1000))
            : (new PaperPhone(PaperPhone.AddressA, PaperPhone.AddressB, SrtpContext.ForSending(Key(keySeed)), SrtpContext.ForReceiving(Key(keySeed + 1)), keySeed),
               new PaperPhone(PaperPhone.AddressB, PaperPhone.AddressA, SrtpContext.ForSending(Key(keySeed + 1)), SrtpContext.ForReceiving(Key(keySeed)), keySeed + 1000));
        if (begin)
        {
            a.Begin(Instant.FromMilliseconds(1000));
            b.Begin(Instant.FromMilliseconds(1000));
        }

        return (a, b);
    }

    public static SrtpMasterKey Key(int seed)
    {
        var bytes = new byte[SrtpProfile.AesCm128HmacSha1Tag80.MasterLength];
        new TestRandom(seed).Fill(bytes);
        return new(SrtpProfile.AesCm128HmacSha1Tag80, bytes);
    }
}
