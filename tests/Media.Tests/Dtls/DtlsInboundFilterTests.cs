// SPDX-License-Identifier: MIT
using Earshot.Media.Transport.Dtls;
using Earshot.Protocol;

namespace Earshot.Media.Tests.Dtls;

public class DtlsInboundFilterTests
{
    private static readonly byte[] Ccs = Records.Make(DtlsRecord.ChangeCipherSpec, 0, 5, 1);
    private static readonly byte[] Finished = Records.Make(DtlsRecord.Handshake, 1, 0, new byte[48]);
    private readonly byte[] _admitted = new byte[2048];

    [Fact]
    public void AChangeCipherSpecWaitsForAWholeCertificateVerify()
    {
        var filter = new DtlsInboundFilter(weAreClient: false);
        Assert.Empty(Admit(filter, [.. Ccs, .. Finished]));
        Assert.Single(Admit(filter, Verify(length: 80, offset: 40, 40)));
        Assert.Empty(Admit(filter, Ccs));
        Assert.Single(Admit(filter, Verify(length: 80, offset: 0, 39)));
        Assert.Empty(Admit(filter, Ccs));
        Assert.Equal(3, Admit(filter, [.. Verify(length: 80, offset: 39, 1), .. Ccs, .. Finished]).Count);
    }

    [Fact]
    public void AsClientNothingHoldsTheServersBack() => Assert.Equal(2, Admit(new DtlsInboundFilter(weAreClient: true), [.. Ccs, .. Finished]).Count);

    [Fact]
    public void ForgedNumbersShutNothingOut()
    {
        var filter = new DtlsInboundFilter(weAreClient: false);
        var forged = Admit(filter, Records.Make(DtlsRecord.Handshake, 0, 0xFFFF_FFFF_FFFF, Records.Fragment(1, 50, 0, 0, new byte[50])));
        var true1 = Admit(filter, Records.Make(DtlsRecord.Handshake, 0, 1, Records.Fragment(1, 50, 0, 0, new byte[50])));
        Assert.Equal((0, 1), (Number(forged[0]), Number(true1[0])));
        Assert.Equal(Finished, Admit(filter, Finished)[0]); // what keys protect stays as it is
    }

    [Fact]
    public void AnUnprotectedAlertCountsOnlyWhenNothingFollows()
    {
        var filter = new DtlsInboundFilter(weAreClient: false);
        Assert.Empty(Admit(filter, Records.Make(DtlsRecord.Alert, 0, 1, 2, 40)));
        Assert.Equal(At(1_500), filter.AlertDue);
        Assert.Equal(40, filter.Alert);
        Assert.Empty(Admit(filter, Records.Make(DtlsRecord.Alert, 0, 2, 2, 41), 1_000));
        Assert.Equal(At(1_500), filter.AlertDue); // repeating it moves nothing
        Admit(filter, Records.Make(DtlsRecord.Handshake, 0, 3, Records.Fragment(1, 50, 0, 0, new byte[50])), 1_400);
        Assert.Equal(Instant.Never, filter.AlertDue);
    }

    [Fact]
    public void ProtectedAlertsAreTheKeysToJudge() =>
        Assert.Single(Admit(new DtlsInboundFilter(weAreClient: true), Records.Make(DtlsRecord.Alert, 1, 1, new byte[26])));

    [Fact]
    public void UnprotectedDataAndOtherEpochsAreDropped()
    {
        var filter = new DtlsInboundFilter(weAreClient: true);
        Assert.Empty(Admit(filter, Records.Make(23, 0, 0, 1, 2, 3)));
        Assert.Empty(Admit(filter, Records.Make(24, 0, 0, 1, 2, 3)));
        Assert.Empty(Admit(filter, Records.Make(DtlsRecord.Handshake, 2, 0, new byte[60])));
        Assert.Equal(3, filter.Dropped);
    }

    [Theory]
    [InlineData(16_385)]
    [InlineData(0xFF_FFFF)]
    public void HugeMessagesAreRefusedBeforeAnythingIsKeptForThem(int length)
    {
        var filter = new DtlsInboundFilter(weAreClient: true);
        Assert.Empty(Admit(filter, Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(11, length, 1, 0, new byte[40]))));
        Assert.True(filter.IsOversized);
        Assert.Empty(Admit(filter, Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(11, 40, 1, 0, new byte[40]))));
    }

    [Fact]
    public void EndlessPiecesAreRefused()
    {
        var filter = new DtlsInboundFilter(weAreClient: true);
        for (int i = 0; i <= DtlsInboundFilter.MostRecords; i++)
            Admit(filter, Records.Make(DtlsRecord.Handshake, 0, (ulong)i, Records.Fragment(11, 2_000, 1, i, 1)));
        Assert.True(filter.IsOversized);
    }

    [Fact]
    public void MutatedDatagramsNeverThrowAndNeverGrow()
    {
        var random = new Random(6347);
        byte[] good = [.. Records.Make(DtlsRecord.Handshake, 0, 0, Records.Fragment(15, 80, 2, 0, new byte[80])), .. Ccs, .. Finished];
        for (int round = 0; round < 20_000; round++)
        {
            byte[] datagram = good[..random.Next(good.Length + 1)];
            for (int edits = random.Next(6); edits > 0 && datagram.Length > 0; edits--)
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            var filter = new DtlsInboundFilter(weAreClient: random.Next(2) == 0);
            Assert.InRange(filter.Admit(At(0), datagram, _admitted), 0, datagram.Length);
            DtlsFragment.IsBeginning(datagram, weAreClient: true);
            DtlsFragment.IsBeginning(datagram, weAreClient: false);
        }
    }

    private static byte[] Verify(int length, int offset, int bytes) =>
        Records.Make(DtlsRecord.Handshake, 0, 4, Records.Fragment(DtlsFragment.CertificateVerify, length, 3, offset, new byte[bytes]));

    private static int Number(byte[] record) => (record[9] << 8) | record[10];

    private static Instant At(double ms) => Instant.FromMilliseconds(ms);

    private List<byte[]> Admit(DtlsInboundFilter filter, byte[] datagram, double at = 0) =>
        Records.Of(_admitted[..filter.Admit(At(at), datagram, _admitted)]);
}
