// SPDX-License-Identifier: MIT
namespace Earshot.Calls;

/// <summary>A call's media whose faults become refusals: a call that waits for a description which never comes would wait for ever.</summary>
/// <remarks>Thread: as <see cref="ICallMedia"/>.</remarks>
/// <param name="media">The real one.</param>
/// <param name="failed">Told each fault. Null lets faults through, for tests that want to see them.</param>
internal sealed class GuardedMedia(ICallMedia media, Action<Exception>? failed)
{
    public bool InsistsOnEncryption => media.InsistsOnEncryption;

    public bool AwaitsKeys => media.AwaitsKeys;

    public bool AwaitsPath => media.AwaitsPath;

    public bool TryNextSecurity() => Guarded(media.TryNextSecurity, false);

    public void NotePeer(bool takesCandidates) => Succeeds(() => media.NotePeer(takesCandidates));

    public ReadOnlyMemory<byte> WriteCandidates() => Guarded(media.WriteCandidates, default);

    public void EndCandidates() => Succeeds(media.EndCandidates);

    public void TakeCandidates(ReadOnlyMemory<byte> fragment) => Succeeds(() => media.TakeCandidates(fragment));

    public MediaAnswer MakeOffer() => Described(media.MakeOffer);

    public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer) => Described(() => media.MakeAnswer(offer));

    public CallEnd? Judge(ReadOnlyMemory<byte> offer) => Guarded(() => media.Judge(offer), CallEnds.Fault);

    public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final) => Guarded(() => media.TakeAnswer(answer, final), CallEnds.Fault);

    public void RollBack() => Succeeds(media.RollBack);

    public void Stop() => Succeeds(media.Stop);

    /// <summary>False when media does not flow.</summary>
    public bool TryStart() => Succeeds(media.Start);

    // An exchange that broke off half way must not stay open: it would refuse every later one.
    private MediaAnswer Described(Func<MediaAnswer> describe)
    {
        var made = Guarded(describe, new MediaAnswer(default, CallEnds.Fault));
        if (made.Refusal == CallEnds.Fault) RollBack();
        return made;
    }

    private bool Succeeds(Action act) => Guarded(
        () =>
        {
            act();
            return true;
        },
        false);

    private T Guarded<T>(Func<T> ask, T otherwise)
    {
        try
        {
            return ask();
        }
        catch (Exception wrong) when (failed is not null)
        {
            failed(wrong);
            return otherwise;
        }
    }
}
