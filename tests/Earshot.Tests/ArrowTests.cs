// SPDX-License-Identifier: MIT
using System.Reflection;

namespace Earshot.Tests;

/// <summary>The arrows of docs/architecture.md, read from the compiled assemblies.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Earshot.Protocol"] = [],
        ["Earshot.Audio"] = [],
        ["Earshot.Media"] = ["Earshot.Protocol", "Earshot.Audio"],
        ["Earshot.Signaling"] = ["Earshot.Protocol"],
        ["Earshot.Engine"] = ["Earshot.Protocol", "Earshot.Audio", "Earshot.Media", "Earshot.Signaling"],
        ["Earshot.Lab"] = ["Earshot.Engine", "Earshot.Protocol", "Earshot.Audio", "Earshot.Media", "Earshot.Signaling"],
        ["earshot"] = ["Earshot.Engine", "Earshot.Lab", "Earshot.Protocol", "Earshot.Audio", "Earshot.Media", "Earshot.Signaling"],
    };

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void ARoomReachesOnlyWhereItsArrowsPoint(string room)
    {
        var ours = Assembly.Load(room).GetReferencedAssemblies()
            .Select(a => a.Name!)
            .Where(n => n.StartsWith("Earshot", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(ours.Except(Allowed[room]));
    }

    [Fact]
    public void ProtocolAndAudioOpenNoSocket()
    {
        foreach (var room in new[] { "Earshot.Protocol", "Earshot.Audio" })
            Assert.DoesNotContain(Assembly.Load(room).GetReferencedAssemblies(), a => a.Name == "System.Net.Sockets");
    }
}
