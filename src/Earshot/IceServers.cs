// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot;

/// <summary>The STUN and TURN servers of a phone's options.</summary>
internal static class IceServers
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ArgumentException">One cannot be read; the message says why, and holds no password.</exception>
    public static IReadOnlyList<StunServerUri> Read(PhoneOptions options)
    {
        List<StunServerUri> all = [];
        if (options.StunServer is { } stun) all.Add(Read(stun, isRelay: false));
        all.AddRange(options.TurnServers.Select(turn => Read(turn, isRelay: true)));
        return all;
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="ArgumentException">It cannot be read.</exception>
    public static StunServerUri Read(string text, bool isRelay)
    {
        if (!StunServerUri.TryParse(text, out var server, out var problem)) throw new ArgumentException($"this is no {Kind(isRelay)} server: {problem}");
        if (server.IsRelay != isRelay) throw new ArgumentException($"this is no {Kind(isRelay)} server: {(text.Contains(':', StringComparison.Ordinal) ? server : text)}");
        if (!isRelay && server.IsStream) throw new ArgumentException($"STUN is asked over UDP alone: {server}");
        if (isRelay && server is not { Username: not null, Password: not null }) throw new ArgumentException($"{server} lacks name and password: turn:NAME:PASSWORD@HOST");
        return server;
    }

    private static string Kind(bool isRelay) => isRelay ? "TURN" : "STUN";
}
