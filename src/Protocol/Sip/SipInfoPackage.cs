// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>What INFO carries within a call (RFC 6086): a package by name, with bodies of one type. Immutable.</summary>
/// <param name="Name">As Info-Package and Recv-Info say it.</param>
/// <param name="BodyType">The Content-Type of its bodies.</param>
/// <param name="IsReadable">Could the body be read at all? What cannot is answered with 400, and told to nobody.</param>
internal sealed record SipInfoPackage(string Name, string BodyType, Func<ReadOnlyMemory<byte>, bool> IsReadable);
