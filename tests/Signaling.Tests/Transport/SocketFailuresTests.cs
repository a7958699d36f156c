// SPDX-License-Identifier: MIT
using System.Net.Sockets;
using Earshot.Protocol.Sip;
using Earshot.Signaling.Transport;

namespace Earshot.Signaling.Tests.Transport;

public sealed class SocketFailuresTests
{
    [Theory]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    [InlineData(SocketError.WouldBlock)]
    [InlineData(SocketError.Interrupted)]
    public void ADatagramThatFoundNoRoomIsLostAndSaysNothingOfThePeer(SocketError error) => Assert.Null(SocketFailures.OfDatagram(error));

    [Theory]
    [InlineData(SocketError.ConnectionRefused)]
    [InlineData(SocketError.HostUnreachable)]
    [InlineData(SocketError.NetworkUnreachable)]
    [InlineData(SocketError.MessageSize)]
    public void WhatDoesNotPassByItselfIsAFailure(SocketError error) => Assert.Equal<TransportFailure?>(SocketFailures.Of(error), SocketFailures.OfDatagram(error));
}
