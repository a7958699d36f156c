// SPDX-License-Identifier: MIT
using Org.BouncyCastle.Tls;

namespace Earshot.Media.Transport.Dtls;

/// <summary>Runs the library's handshake to its end, and says in our words how it ended.</summary>
/// <remarks>Thread: the handshake's; it blocks.</remarks>
internal static class DtlsHandshake
{
    /// <summary>Runs it.</summary>
    /// <param name="attempt">What is decided, and what comes of it.</param>
    /// <param name="pipe">Its datagrams.</param>
    /// <param name="transport">What stands afterwards; null when nothing does.</param>
    public static DtlsOutcome Run(DtlsAttempt attempt, DtlsPipe pipe, out DtlsTransport? transport)
    {
        transport = null;
        try
        {
            transport = attempt.Terms.IsClient ? Connect(attempt, pipe) : Accept(attempt, pipe);
            pipe.Flush();
            return new(DtlsFailure.None);
        }
        catch (IOException ended)
        {
            pipe.Flush();
            attempt.Keys?.Dispose();
            return OutcomeOf(attempt, pipe, ended);
        }
    }

    private static DtlsTransport Connect(DtlsAttempt attempt, DtlsPipe pipe)
    {
        var client = new DtlsClient(attempt);
        pipe.SayGoodbye = client.Cancel;
        return new DtlsClientProtocol().Connect(client, pipe);
    }

    private static DtlsTransport Accept(DtlsAttempt attempt, DtlsPipe pipe)
    {
        var server = new DtlsServer(attempt);
        pipe.SayGoodbye = server.Cancel;
        return new DtlsServerProtocol { VerifyRequests = false }.Accept(server, pipe);
    }

    private static DtlsOutcome OutcomeOf(DtlsAttempt attempt, DtlsPipe pipe, IOException ended)
    {
        if (attempt.Failure != DtlsFailure.None)
            return new(attempt.Failure);
        return pipe.Stop switch
        {
            DtlsStop.Cancelled => new(DtlsFailure.Cancelled),
            DtlsStop.Restarted => new(DtlsFailure.PeerSilent),
            DtlsStop.Alerted => new(DtlsFailure.PeerAlert, pipe.Alert),
            DtlsStop.Oversized => new(DtlsFailure.Oversized),
            DtlsStop.TimedOut => TimedOut(pipe),
            _ => ended switch
            {
                TlsTimeoutException => TimedOut(pipe),
                TlsFatalAlertReceived alert => new(DtlsFailure.PeerAlert, alert.AlertDescription),
                TlsFatalAlert alert => OutcomeOf(alert),
                _ => new(DtlsFailure.PeerClosed),
            },
        };
    }

    private static DtlsOutcome TimedOut(DtlsPipe pipe) => new(pipe.HasHeard ? DtlsFailure.TimedOut : DtlsFailure.PeerSilent);

    // What the library calls an internal error is, with this code around it, a message that it did not foresee.
    private static DtlsOutcome OutcomeOf(TlsFatalAlert alert) => alert.AlertDescription switch
    {
        AlertDescription.handshake_failure or AlertDescription.protocol_version or AlertDescription.insufficient_security
            => new(DtlsFailure.NoCommonCipher, alert.AlertDescription),
        AlertDescription.user_canceled => new(DtlsFailure.PeerClosed),
        _ => new(DtlsFailure.Malformed, alert.AlertDescription) { Defect = alert.InnerException },
    };
}
