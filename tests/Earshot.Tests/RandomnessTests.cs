// SPDX-License-Identifier: MIT
using System.Net;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Earshot.Lab;
using Earshot.Media;
using Earshot.Protocol;
using Earshot.Signaling;

namespace Earshot.Tests;

/// <summary>What nobody may guess (nonces, passwords, keys, tags) comes from the operating system's generator; the seeded one is the lab's alone.</summary>
public sealed class RandomnessTests
{
    private static readonly string[] Rooms = ["Earshot.Protocol", "Earshot.Audio", "Earshot.Media", "Earshot.Signaling", "Earshot.Engine"];

    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>A phone is made by <see cref="Phone.StartAsync"/> alone, which takes no generator, neither itself nor by its options.</summary>
    [Fact]
    public void APhoneCannotBeBuiltWithAGenerator()
    {
        Assert.All(typeof(Phone).GetConstructors(Any), constructor => Assert.True(constructor.IsPrivate));
        var makers = typeof(Phone).Assembly.GetTypes().SelectMany(type => type.GetMethods(Any)).Where(method => !method.IsPrivate && MakesPhone(method)).ToList();
        Assert.Equal([nameof(Phone.StartAsync)], makers.Select(method => method.Name));
        Assert.DoesNotContain(makers.SelectMany(method => method.GetParameters()), parameter => IsGenerator(parameter.ParameterType));
        Assert.DoesNotContain(typeof(PhoneOptions).GetProperties(Any), property => IsGenerator(property.PropertyType));
        Assert.DoesNotContain(typeof(CallOptions).GetProperties(Any), property => IsGenerator(property.PropertyType));
    }

    [Fact]
    public async Task WhatAPhoneIsMadeOfDrawsFromTheOperatingSystem()
    {
        await using var phone = await Phone.StartAsync(new PhoneOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Microphone = "silence", Speaker = "null" });
        var engine = Assert.IsType<MediaEngine>(FieldOf(phone, "_engine"));
        Assert.IsType<SystemRandom>(FieldOf(phone, "_random"));
        Assert.IsType<SystemRandom>(engine.Options.Random);
    }

    /// <summary>There is one generator outside of the lab, and its bytes are those of <see cref="System.Security.Cryptography.RandomNumberGenerator"/>.</summary>
    [Fact]
    public void OutsideOfTheLabThereIsNoOtherGenerator()
    {
        var generators = Rooms.SelectMany(room => Assembly.Load(room).GetTypes()).Where(type => type.IsClass && typeof(IRandomSource).IsAssignableFrom(type));
        Assert.Equal([typeof(SystemRandom)], generators);
        Assert.True(typeof(IRandomSource).IsAssignableFrom(typeof(SeededRandom)));
        Assert.All(Rooms, room => Assert.DoesNotContain("System.Random", NamesIn(room)));
        Assert.Equal(["Earshot.Media", "Earshot.Signaling"], Rooms.Where(room => NamesIn(room).Any(name =>
            name is "System.Security.Cryptography.RandomNumberGenerator" or "Org.BouncyCastle.Crypto.Prng.CryptoApiRandomGenerator")));
    }

    private static bool IsGenerator(Type type) => typeof(IRandomSource).IsAssignableFrom(type) || typeof(Random).IsAssignableFrom(type) || type == typeof(Func<IRandomSource>);

    private static bool MakesPhone(MethodInfo method) => method.ReturnType == typeof(Phone) || method.ReturnType == typeof(Task<Phone>) || method.ReturnType == typeof(ValueTask<Phone>);

    private static object? FieldOf(Phone phone, string name) => typeof(Phone).GetField(name, Any)!.GetValue(phone);

    private static HashSet<string> NamesIn(string room)
    {
        using var file = new PEReader(File.OpenRead(Assembly.Load(room).Location));
        var reader = file.GetMetadataReader();
        return [.. reader.TypeReferences.Select(reader.GetTypeReference).Select(type => $"{reader.GetString(type.Namespace)}.{reader.GetString(type.Name)}")];
    }
}
