// SPDX-License-Identifier: MIT
namespace Earshot.Signaling.Transport;

/// <summary>The stream behind the upgrade: what came with it first, and each frame looked at as it comes.</summary>
internal sealed class WebSocketFrameStream(bool isServer, ReadOnlyMemory<byte> prefix, Stream rest) : PrefixedStream(prefix, rest)
{
    private readonly WebSocketFrameJudge _judge = new(isServer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var got = base.Read(buffer, offset, count);
        return Judged(buffer.AsSpan(offset, got));
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var got = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Judged(buffer.Span[..got]);
    }

    private int Judged(ReadOnlySpan<byte> read) => _judge.Accepts(read) ? read.Length : throw new InvalidDataException("no frames of a WebSocket for SIP");
}
