// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;
using Earshot.Protocol.Sdp;

namespace Earshot.Protocol.Ice;

/// <summary>What a description says of ICE (RFC 8839 §5, RFC 8840 §4): one side's half of a session. Immutable.</summary>
internal sealed record IceDescription
{
    // More lines than that are noise; the agent keeps 32 candidates anyway.
    private const int MostCandidates = 64;

    /// <summary>The word of ice-options for candidates that come later.</summary>
    public const string Trickle = "trickle";

    /// <summary>ice-ufrag and ice-pwd.</summary>
    public required IceCredentials Credentials { get; init; }

    /// <summary>The candidates, as far as they could be read.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>The words of ice-options.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>ice-lite: answers checks, sends none.</summary>
    public bool IsLite { get; init; }

    /// <summary>No candidate will follow.</summary>
    public bool IsComplete { get; init; }

    /// <summary>ice-pacing (RFC 8839 §5.6); null when not written, which stands for 50 ms.</summary>
    public TimeSpan? Pacing { get; init; }

    /// <summary>Will candidates come later (RFC 8838)?</summary>
    public bool IsTrickling => Options.Contains(Trickle);

    /// <summary>May the controlling side nominate again?</summary>
    public bool OffersRenomination => Options.Contains("renomination");

    /// <summary>The attributes of a media section, without <c>a=</c>. ice-lite belongs into the session part.</summary>
    public IEnumerable<string> ToAttributes()
    {
        yield return $"ice-ufrag:{Credentials.Ufrag}";
        yield return $"ice-pwd:{Credentials.Password}";
        if (Options.Count > 0)
            yield return $"ice-options:{string.Join(' ', Options)}";
        if (Pacing is { } pacing)
            yield return string.Create(CultureInfo.InvariantCulture, $"ice-pacing:{(int)pacing.TotalMilliseconds}");
        foreach (var candidate in Candidates)
            yield return candidate.ToString();
        if (IsComplete)
            yield return "end-of-candidates";
    }

    /// <summary>Reads a media section; what it does not say the session part may say for it.</summary>
    /// <returns>Null when there is no ICE, or when its credentials are unusable.</returns>
    public static IceDescription? Read(SessionDescription session, MediaDescription media)
    {
        var reader = new Reader();
        foreach (var line in session.Lines)
            reader.Take(line, isMedia: false);
        foreach (var line in media.Lines)
            reader.Take(line, isMedia: true);
        return reader.Finish();
    }

    /// <summary>Reads attributes, <c>a=</c> or not in front: a trickle fragment (RFC 8840 §9), or what a test wrote.</summary>
    public static IceDescription? Read(IEnumerable<string> lines)
    {
        var reader = new Reader();
        foreach (string line in lines)
            reader.Take(line.StartsWith("a=", StringComparison.Ordinal) ? line.AsSpan(2) : line, isMedia: true);
        return reader.Finish();
    }

    private sealed class Reader
    {
        private readonly List<IceCandidate> _candidates = [];
        private string? _ufrag;
        private string? _password;
        private string[] _options = [];
        private bool _isLite;
        private bool _isComplete;
        private TimeSpan? _pacing;

        public void Take(SdpLine line, bool isMedia)
        {
            if (line.Type == 'a')
                Take(Encoding.UTF8.GetString(line.Value.Span), isMedia);
        }

        public void Take(ReadOnlySpan<char> attribute, bool isMedia)
        {
            int colon = attribute.IndexOf(':');
            var name = colon < 0 ? attribute : attribute[..colon];
            var value = colon < 0 ? default : attribute[(colon + 1)..].Trim();
            switch (name)
            {
                case "ice-ufrag": _ufrag = value.ToString(); break;
                case "ice-pwd": _password = value.ToString(); break;
                case "ice-options": _options = value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries); break;
                case "ice-lite": _isLite = true; break;
                case "ice-pacing" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds):
                    _pacing = TimeSpan.FromMilliseconds(Math.Min(milliseconds, 5000));
                    break;
                case "end-of-candidates": _isComplete = true; break;
                case "candidate" when isMedia && _candidates.Count < MostCandidates && CandidateLine.TryParse(value, out var candidate):
                    _candidates.Add(candidate!);
                    break;
                default: break;
            }
        }

        public IceDescription? Finish()
        {
            if (_ufrag is null || _password is null || new IceCredentials(_ufrag, _password) is not { IsValid: true } credentials)
                return null;
            return new()
            {
                Credentials = credentials,
                Candidates = _candidates,
                Options = _options,
                IsLite = _isLite,
                IsComplete = _isComplete,
                Pacing = _pacing,
            };
        }
    }
}
