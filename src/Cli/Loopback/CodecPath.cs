// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Earshot.Audio.Ends;
using Earshot.Media.Codecs;
using Earshot.Protocol.Rtp;
using Earshot.Protocol.Srtp;

namespace Earshot.Cli.Loopback;

/// <summary>Opus there and back in 10 ms frames; encrypted, each frame is also an SRTP packet in between.</summary>
/// <remarks>Thread: all the work is done on the capture thread. Real-time: no allocation, lock or system call.</remarks>
internal sealed class CodecPath : SoundPath
{
    private const int Frame = 480;
    private const int LongestPayload = 1276; // RFC 6716 §3.2.1
    private readonly IAudioEncoder _encoder = CodecCatalogue.Opus.CreateEncoder48k();
    private readonly IAudioDecoder _decoder = CodecCatalogue.Opus.CreateDecoder48k();
    private readonly PassThroughVoice _ring = new();
    private readonly SrtpContext? _seals;
    private readonly SrtpContext? _opens;
    private readonly short[] _frame = new short[Frame];
    private readonly short[] _decoded = new short[5760];
    private readonly byte[] _packet = new byte[RtpPacket.HeaderSize + LongestPayload + 64];
    private int _filled;
    private ushort _sequence;

    /// <param name="encrypted">Through SRTP (AES_CM_128_HMAC_SHA1_80) with a fresh key.</param>
    public CodecPath(bool encrypted)
    {
        if (!encrypted) return;
        var profile = SrtpProfile.AesCm128HmacSha1Tag80;
        var key = RandomNumberGenerator.GetBytes(profile.MasterLength);
        _seals = SrtpContext.ForSending(new SrtpMasterKey(profile, key));
        _opens = SrtpContext.ForReceiving(new SrtpMasterKey(profile, key));
    }

    /// <inheritdoc/>
    public override void Capture(ReadOnlySpan<short> block, long capturedAt)
    {
        while (!block.IsEmpty)
        {
            var count = Math.Min(block.Length, Frame - _filled);
            block[..count].CopyTo(_frame.AsSpan(_filled));
            block = block[count..];
            _filled += count;
            if (_filled < Frame) continue;
            _filled = 0;
            Pass(capturedAt);
        }
    }

    /// <inheritdoc/>
    public override void Play(Span<short> block, long playsAt) => _ring.Play(block, playsAt);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        _seals?.Dispose();
        _opens?.Dispose();
        base.Dispose();
    }

    private void Pass(long capturedAt)
    {
        var length = _encoder.Encode(_frame, _packet.AsSpan(RtpPacket.HeaderSize, LongestPayload));
        if (length <= 0 || !TryThroughSrtp(ref length)) return;
        var samples = _decoder.Decode(_packet.AsSpan(RtpPacket.HeaderSize, length), _decoded);
        if (samples > 0) _ring.Capture(_decoded.AsSpan(0, samples), capturedAt);
    }

    private bool TryThroughSrtp(ref int payload)
    {
        if (_seals is null || _opens is null) return true;
        RtpPacket.WriteHeader(_packet, 96, marker: false, _sequence, (uint)(_sequence * Frame), ssrc: 1);
        _sequence++;
        if (!_seals.TryProtectRtp(_packet, RtpPacket.HeaderSize + payload, out var sealedLength)
            || !_opens.TryUnprotectRtp(_packet.AsSpan(0, sealedLength), out var length))
            return false;
        payload = length - RtpPacket.HeaderSize;
        return true;
    }
}
