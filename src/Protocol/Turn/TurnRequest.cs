// SPDX-License-Identifier: MIT
using Earshot.Protocol.Stun;

namespace Earshot.Protocol.Turn;

/// <summary>A request under way: what it asks, and the bytes that are repeated as they are.</summary>
/// <remarks>Thread: its owner's.</remarks>
internal sealed class TurnRequest(StunMethod method, TransportAddress peer = default, ushort channel = 0)
{
    private const int MaximumRequest = 2048;

    /// <summary>What is asked for.</summary>
    public StunMethod Method { get; } = method;

    /// <summary>Whom a permission or channel is for.</summary>
    public TransportAddress Peer { get; } = peer;

    /// <summary>The channel's number.</summary>
    public ushort Channel { get; } = channel;

    /// <summary>A Refresh that gives the allocation back.</summary>
    public bool IsRelease { get; init; }

    /// <summary>When it is repeated.</summary>
    public StunTransaction Transaction;

    /// <summary>Did it carry credentials?</summary>
    public bool IsSigned { get; private set; }

    /// <summary>Under which challenge it was signed.</summary>
    public int Version { get; private set; }

    /// <summary>An answer came that was not authentic.</summary>
    public bool SawForgery { get; set; }

    /// <summary>Writes it anew, in a new transaction.</summary>
    public byte[] Write(Instant now, TurnOptions options, LongTermCredential credential, IRandomSource random)
    {
        Transaction = StunTransaction.Start(now, TransactionId.Draw(random), options.Rto, options.IsReliable);
        IsSigned = credential.IsActive;
        Version = credential.Version;
        Span<byte> buffer = stackalloc byte[MaximumRequest];
        var writer = new StunWriter(buffer, Method, StunClass.Request, Transaction.Id);
        Fill(ref writer, options);
        credential.Sign(ref writer);
        writer.AddFingerprint();
        writer.TryFinish(out int length);
        return Bytes = buffer[..length].ToArray();
    }

    /// <summary>What was written last.</summary>
    public byte[] Bytes { get; private set; } = [];

    private void Fill(ref StunWriter writer, TurnOptions options)
    {
        const uint udp = 17u << 24;
        switch (Method)
        {
            case StunMethod.Allocate:
                writer.AddUInt32(StunAttribute.RequestedTransport, udp);
                // Without the attribute it is IPv4, which older servers understand as well (RFC 8656 §7.1).
                if (options.WantsV6)
                    writer.AddUInt32(StunAttribute.RequestedAddressFamily, (uint)StunAddress.FamilyV6 << 24);
                writer.AddUInt32(StunAttribute.Lifetime, (uint)options.Lifetime.TotalSeconds);
                break;
            case StunMethod.Refresh:
                writer.AddUInt32(StunAttribute.Lifetime, IsRelease ? 0 : (uint)options.Lifetime.TotalSeconds);
                break;
            case StunMethod.ChannelBind:
                writer.AddUInt32(StunAttribute.ChannelNumber, (uint)Channel << 16);
                writer.AddXorAddress(StunAttribute.XorPeerAddress, Peer);
                break;
            default:
                writer.AddXorAddress(StunAttribute.XorPeerAddress, Peer);
                break;
        }
    }
}
