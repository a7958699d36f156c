// SPDX-License-Identifier: MIT
using Earshot.Cli.Options;
using Earshot.Protocol.Stun;

namespace Earshot.Cli.Tests;

/// <summary>A relay's account from the environment.</summary>
public class TurnAccountTests
{
    [Theory]
    [InlineData("turn:192.0.2.1", "ali:ce", "se:c@r t%", "ali:ce", "se:c@r t%")]
    [InlineData("TURNS:[2001:db8::1]:443?transport=tcp", "alice", "secret", "alice", "secret")]
    [InlineData("turn:carol@relay.example", "alice", "secret", "carol", "secret")]
    [InlineData("turn:carol:own@relay.example", "alice", "secret", "carol", "own")]
    public void WhatTheUriLeavesOutComesFromThere(string uri, string user, string password, string thenUser, string thenPassword)
    {
        var complete = TurnAccount.Complete(uri, name => name == "EARSHOT_TURN_USER" ? user : name == "EARSHOT_TURN_PASSWORD" ? password : null);
        Assert.True(StunServerUri.TryParse(complete, out var server, out var problem), problem);
        Assert.Equal((thenUser, thenPassword), (server.Username, server.Password));
        Assert.True(StunServerUri.TryParse(uri, out var said, out _));
        Assert.Equal(said.ToString(), server.ToString());
    }

    [Theory]
    [InlineData("turn:192.0.2.1")]
    [InlineData("turn:alice@192.0.2.1")]
    [InlineData("stun:192.0.2.1")]
    [InlineData("no uri at all")]
    public void WhereNothingIsThereOrNothingIsMissingItStays(string uri)
    {
        Assert.Equal(uri, TurnAccount.Complete(uri, _ => null));
        if (!uri.StartsWith("turn", StringComparison.Ordinal)) Assert.Equal(uri, TurnAccount.Complete(uri, _ => "word"));
    }
}
