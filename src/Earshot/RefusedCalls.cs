// SPDX-License-Identifier: MIT
using System.Net;

namespace Earshot;

/// <summary>
/// Calls that were refused before they could ring: their callers are told why by a status, whoever waits for calls by a notice. A caller that was refused
/// for its encryption calls again at once by the next that it allows, and where that one rings there is nothing to tell.
/// </summary>
/// <remarks>Thread: signalling loop.</remarks>
/// <param name="tell">Tells.</param>
/// <param name="post">Runs something on the loop.</param>
internal sealed class RefusedCalls(Action<PhoneNotice> tell, Action<Action> post)
{
    // A round trip or two; whoever is told needs a moment to read it, too.
    private static readonly TimeSpan NextTry = TimeSpan.FromSeconds(2);

    // Strangers may call as often as they like.
    private const int Most = 64;

    private readonly List<(IPAddress Address, string Uri, PhoneNotice Notice)> _untold = [];

    /// <summary>A call was refused.</summary>
    public void Add(IPAddress address, string uri, CallEnd end)
    {
        var notice = new PhoneNotice("call-refused", $"a call from {uri} was refused: {end.Message}{(end.Hint is { } hint ? ". " + hint : "")}");
        if (end.Reason != CallEndReason.NotEncrypted || _untold.Count == Most)
        {
            tell(notice);
            return;
        }

        _untold.Add((address, uri, notice));
        _ = Task.Delay(NextTry).ContinueWith(_ => post(() => Tell(notice)), TaskScheduler.Default);
    }

    /// <summary>A call rings.</summary>
    public void NoteTaken(IPAddress address, string uri) => _untold.RemoveAll(refused => refused.Address.Equals(address) && refused.Uri == uri);

    /// <summary>Tells what is not told yet: nobody calls again.</summary>
    public void TellAll()
    {
        foreach (var (_, _, notice) in _untold) tell(notice);
        _untold.Clear();
    }

    private void Tell(PhoneNotice notice)
    {
        if (_untold.RemoveAll(refused => ReferenceEquals(refused.Notice, notice)) > 0) tell(notice);
    }
}
