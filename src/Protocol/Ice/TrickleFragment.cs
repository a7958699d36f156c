// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Ice;

/// <summary>What an INFO of trickling carries, <c>application/trickle-ice-sdpfrag</c> (RFC 8840 §9): credentials, and candidates by stream. Immutable.</summary>
/// <remarks>
/// <code>
///   a=ice-ufrag:8hhY            whose generation
///   a=ice-pwd:asd88fgpdd777uzjYhagZg
///   m=audio 9 RTP/AVP 0         no stream but a heading: what counts is the mid
///   a=mid:0
///   a=candidate:…               all that were told in this generation, in the same order each time
///   a=end-of-candidates
/// </code>
/// </remarks>
internal sealed class TrickleFragment
{
    /// <summary>Twelve candidates are 1.5 kB; what is longer than this is no fragment.</summary>
    public const int Longest = 16 * 1024;

    private const int MostLines = 256;

    private readonly List<string> _session = [];
    private readonly List<List<string>> _streams = [];

    private TrickleFragment()
    {
    }

    /// <summary>Writes one.</summary>
    /// <param name="credentials">Of the generation.</param>
    /// <param name="mid">The stream's.</param>
    /// <param name="candidates">The values of their attributes.</param>
    /// <param name="isComplete">None will follow.</param>
    public static byte[] Write(IceCredentials credentials, string mid, IEnumerable<string> candidates, bool isComplete)
    {
        var text = new StringBuilder().Append($"a=ice-ufrag:{credentials.Ufrag}\r\na=ice-pwd:{credentials.Password}\r\nm=audio 9 RTP/AVP 0\r\na=mid:{mid}\r\n");
        foreach (string candidate in candidates)
            text.Append("a=").Append(candidate).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.Append(isComplete ? "a=end-of-candidates\r\n" : "").ToString());
    }

    /// <summary>Reads one.</summary>
    /// <returns>False for what is none: other lines than m= and a=, too much, or nowhere both credentials.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out TrickleFragment? fragment)
    {
        fragment = null;
        if (bytes.Length > Longest || bytes.Contains((byte)0))
            return false;
        var read = new TrickleFragment();
        int lines = 0;
        foreach (var ended in Encoding.UTF8.GetString(bytes).AsSpan().EnumerateLines())
        {
            if (ended.IsEmpty)
                continue;
            if (++lines > MostLines || ended.Length < 3 || ended[1] != '=')
                return false;
            if (ended[0] == 'm')
                read._streams.Add([]);
            else if (ended[0] == 'a')
                (read._streams is [.., var last] ? last : read._session).Add(ended[2..].ToString());
            else
                return false;
        }

        if (IceDescription.Read(read._session) is null && !read._streams.Exists(s => IceDescription.Read(s) is not null))
            return false;
        fragment = read;
        return true;
    }

    /// <summary>What it says of a stream; null where it says nothing of it.</summary>
    public IceDescription? Of(string mid)
    {
        string name = "mid:" + mid;
        return _streams.Find(s => s.Contains(name)) is { } stream ? IceDescription.Read([.. _session, .. stream]) : null;
    }
}
