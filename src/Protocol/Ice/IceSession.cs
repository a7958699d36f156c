// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Ice;

/// <summary>What the parts of an agent share.</summary>
/// <remarks>Thread: its agent's.</remarks>
internal sealed class IceSession
{
    /// <summary>Begins a session.</summary>
    public IceSession(IceOptions options, IRandomSource random, LocalCandidates? local = null)
    {
        Options = options;
        Random = random;
        IsControlling = options.IsControlling;
        Local = local ?? new LocalCandidates(options.Component);
        Current = new IceGeneration(options.Credentials ?? IceCredentials.Draw(random), 0);
        Span<byte> tie = stackalloc byte[8];
        random.Fill(tie);
        TieBreaker = BitConverter.ToUInt64(tie);
        Pacing = options.Pacing;
    }

    /// <summary>How we behave.</summary>
    public IceOptions Options { get; }

    /// <summary>The system's generator in a phone.</summary>
    public IRandomSource Random { get; }

    /// <summary>Settles a conflict of roles.</summary>
    public ulong TieBreaker { get; }

    /// <summary>Do we nominate?</summary>
    public bool IsControlling { get; set; }

    /// <summary>Ta, as both sides agreed.</summary>
    public TimeSpan Pacing { get; set; }

    /// <summary>Our candidates, the same in every generation.</summary>
    public LocalCandidates Local { get; }

    /// <summary>What is being checked.</summary>
    public IceGeneration Current { get; set; }

    /// <summary>What was in use before a restart, and stays so until the new one has a nominated pair.</summary>
    public IceGeneration? Previous { get; set; }

    /// <summary>The pair that packets take.</summary>
    public CandidatePair? Selected { get; set; }

    /// <summary>Where the session stands.</summary>
    public IceState State { get; private set; }

    /// <summary>What waits to leave.</summary>
    public OutgoingRing Outgoing { get; } = new();

    /// <summary>What waits to be told.</summary>
    public Queue<IceEvent> Events { get; } = [];

    /// <summary>Changes the state and tells it.</summary>
    public void SetState(IceState state)
    {
        if (State == state)
            return;
        State = state;
        Events.Enqueue(new IceEvent.StateChanged(state));
    }

    /// <summary>A fresh generation; the one in use is kept, all others are over.</summary>
    public void Restart(IceCredentials credentials)
    {
        var (current, previous) = (Current, Previous);
        Current = new IceGeneration(credentials, current.Number + 1);
        // Several restarts in a row: what is in use belongs to a generation before them.
        Previous = Selected?.Generation;
        if (Previous != current)
            current.Dispose();
        if (Previous != previous)
            previous?.Dispose();
    }

    /// <summary>Takes the other role.</summary>
    public void SwitchRole()
    {
        IsControlling = !IsControlling;
        Current.Pairs.Reorder(IsControlling);
        foreach (var pair in Current.Pairs.All)
            pair.IsNominating = false;
        Events.Enqueue(new IceEvent.RoleChanged(IsControlling));
    }

    /// <summary>Queues an extra check on a pair: consent, or a probe.</summary>
    public void Ask(Instant now, CandidatePair pair)
    {
        var id = pair.Consent.Ask(now, Random);
        Outgoing.Push(new(OutgoingKind.Check, pair.Generation, pair, pair.Base, pair.Target, id, ClaimsControl: IsControlling));
    }
}
