// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Protocol.Dns;

namespace Earshot.Protocol.Tests.Dns;

/// <summary>A browser's host candidate hides behind a name of multicast DNS: what we ask, and what we believe of the answers.</summary>
public sealed class NameQuestionTests
{
    private const string Name = "1f4712db-ea17-4bcf-a596-105139dfd8bf.local";

    [Fact]
    public void AQuestionAsksForBothFamiliesAndAnAnswerToUsAlone()
    {
        byte[] packet = NameQuestion.TryCreate(Name, 0x1234)!.Write();

        Assert.Equal([0x12, 0x34, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 36], packet[..13]);
        Assert.Equal("local", Encoding.ASCII.GetString(packet, 50, 5));
        Assert.Equal([0, 0, 1, 0x80, 1, 0xc0, 12, 0, 28, 0x80, 1], packet[55..]);
    }

    [Fact]
    public void AddressesOfBothFamiliesAreTakenFromAnAnswer()
    {
        var question = NameQuestion.TryCreate(Name, 7)!;
        byte[] answer = Answer(7, Name, (1, [192, 0, 2, 9]), (28, IPAddress.Parse("2001:db8::9").GetAddressBytes()));

        Assert.Equal(["192.0.2.9", "2001:db8::9"], question.Read(answer).Select(a => a.ToIPAddress().ToString()));
    }

    [Fact]
    public void AnAnswerToEverybodyHasNoNumber() => Assert.Single(NameQuestion.TryCreate(Name, 7)!.Read(Answer(0, Name, (1, [192, 0, 2, 9]))));

    [Fact]
    public void NamesAreComparedWithoutCase() => Assert.Single(NameQuestion.TryCreate(Name.ToUpperInvariant(), 7)!.Read(Answer(7, Name, (1, [192, 0, 2, 9]))));

    [Fact]
    public void OtherNamesNumbersQuestionsAndErrorsAnswerNothing()
    {
        var question = NameQuestion.TryCreate(Name, 7)!;
        Assert.Empty(question.Read(Answer(7, "another.local", (1, [192, 0, 2, 9]))));
        Assert.Empty(question.Read(Answer(8, Name, (1, [192, 0, 2, 9]))));
        Assert.Empty(question.Read(question.Write()));
        byte[] error = Answer(7, Name, (1, [192, 0, 2, 9]));
        error[3] = 3;
        Assert.Empty(question.Read(error));
    }

    [Fact]
    public void AShortenedNameAndOtherRecordsBeforeTheAddressAreRead()
    {
        var question = NameQuestion.TryCreate("a.local", 7)!;
        byte[] answer = [0, 7, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, (byte)'a', 5, .. "local"u8, 0, 0, 16, 0, 1, 0, 0, 0, 9, 0, 2, 1, (byte)'x', 0xc0, 12, 0, 1, 0x80, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];

        Assert.Equal("10.0.0.1", Assert.Single(question.Read(answer)).ToIPAddress().ToString());
    }

    [Fact]
    public void ANameThatPointsToItselfEnds()
    {
        byte[] circle = [0, 7, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];
        Assert.Empty(NameQuestion.TryCreate("a.local", 7)!.Read(circle));
    }

    [Fact]
    public void MutatedAnswersAreReadWithoutHarm()
    {
        var dice = new Random(5);
        var question = NameQuestion.TryCreate(Name, 7)!;
        byte[] whole = Answer(7, Name, (1, [192, 0, 2, 9]), (28, new byte[16]));
        for (int i = 0; i < 50_000; i++)
        {
            byte[] packet = whole[..dice.Next(whole.Length + 1)];
            for (int flips = dice.Next(4); flips > 0 && packet.Length > 0; flips--)
                packet[dice.Next(packet.Length)] = (byte)dice.Next(256);
            Assert.InRange(question.Read(packet).Count, 0, 2);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..local")]
    [InlineData("a b.local")]
    [InlineData("ü.local")]
    public void WhatIsNoNameIsNotAsked(string name) => Assert.Null(NameQuestion.TryCreate(name, 1));

    [Theory]
    [InlineData("a.local", true)]
    [InlineData("A.LOCAL.", true)]
    [InlineData("local", false)]
    [InlineData("a.locale", false)]
    public void NamesOfTheLinkAreKnown(string name, bool isLocal) => Assert.Equal(isLocal, NameQuestion.IsLocal(name));

    private static byte[] Answer(ushort id, string name, params (byte Type, byte[] Data)[] records)
    {
        List<byte> packet = [(byte)(id >> 8), (byte)id, 0x84, 0, 0, 0, 0, (byte)records.Length, 0, 0, 0, 0];
        foreach (var (type, data) in records)
        {
            foreach (string label in name.Split('.'))
                packet.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
            packet.AddRange([0, 0, type, 0x80, 1, 0, 0, 0, 120, 0, (byte)data.Length, .. data]);
        }

        return [.. packet];
    }
}
