// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <summary>The parts of one core, made in one place, so that each names the neighbours it uses.</summary>
/// <remarks>Thread: signalling.</remarks>
internal sealed class SipParts
{
    /// <summary>Makes them.</summary>
    public SipParts(SipCoreOptions options, IRandomSource random)
    {
        Options = options;
        Tokens = new SipTokens(random);
        Timers = new SipTimers(options);
        Context = new TransactionContext(Timers, Outbox);
        Transactions = new TransactionTable(Context, options.MaxTransactions);
        Capabilities = new UserAgentCapabilities { Extensions = [.. options.Supported], InfoPackages = [.. options.InfoPackages], Methods = [.. Methods(options.Allow)] };
        Requests = new RequestWriter(options, Capabilities);
        Responses = new ResponseWriter(options, Capabilities);
        Sender = new RequestSender(this);
        Acks = new AckKeeper(this);
        Successes = new SuccessRetransmitter(this);
        Merged = new MergedRequests(options.MaxTransactions);
        Registrations = new Registrations(this);
        Context.Ended += ended =>
        {
            if (ended is ServerTransaction server) Merged.Remove(server.Request);
        };
    }

    /// <summary>Who we are.</summary>
    public SipCoreOptions Options { get; }

    /// <summary>Tags, branches and Call-IDs.</summary>
    public SipTokens Tokens { get; }

    /// <summary>Deadlines.</summary>
    public SipTimers Timers { get; }

    /// <summary>What waits to leave.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>What transactions share.</summary>
    public TransactionContext Context { get; }

    /// <summary>Transactions.</summary>
    public TransactionTable Transactions { get; }

    /// <summary>Dialogs.</summary>
    public DialogTable Dialogs { get; } = new();

    /// <summary>What we support.</summary>
    public UserAgentCapabilities Capabilities { get; }

    /// <summary>Requests as bytes.</summary>
    public RequestWriter Requests { get; }

    /// <summary>Responses as bytes.</summary>
    public ResponseWriter Responses { get; }

    /// <summary>Requests over flows.</summary>
    public RequestSender Sender { get; }

    /// <summary>ACKs to 2xx.</summary>
    public AckKeeper Acks { get; }

    /// <summary>2xx until their ACK.</summary>
    public SuccessRetransmitter Successes { get; }

    /// <summary>Requests that came by several ways.</summary>
    public MergedRequests Merged { get; }

    /// <summary>The accounts that we are reached by.</summary>
    public Registrations Registrations { get; }

    /// <summary>Ends a call: it leaves the table, its user hears so.</summary>
    public void Terminate(SipCall call)
    {
        if (call.State == SipCallState.Terminated) return;
        call.State = SipCallState.Terminated;
        Dialogs.Remove(call);
        Successes.StopAll(call);
        Outbox.Tell(new SipEvent.CallTerminated(call));
    }

    private static IEnumerable<SipMethod> Methods(string allow) =>
        allow.Split(',', StringSplitOptions.TrimEntries).Select(m => SipMethods.Parse(System.Text.Encoding.ASCII.GetBytes(m)));
}
