// SPDX-License-Identifier: MIT
namespace Earshot.Cli;

/// <summary>What the command's exit status says; scripts rely on it.</summary>
internal static class ExitStatus
{
    public const int Done = 0;
    public const int CallFailed = 1;

    /// <summary>The call was good, but the file that was promised of it could not be written.</summary>
    public const int FileLost = 1;
    public const int Usage = 2;
    public const int AudioDevice = 3;
    public const int Network = 4;
    public const int Security = 5;
    public const int TerminalClosed = 129;
    public const int Interrupted = 130;
    public const int Terminated = 143;

    /// <summary>How a call ended, as an exit status.</summary>
    public static int Of(CallEnd end) => end.Reason switch
    {
        _ when !end.IsFailure => Done,
        CallEndReason.NotEncrypted or CallEndReason.NotTrusted => Security,
        CallEndReason.UnknownHost or CallEndReason.NetworkError => Network,
        _ => CallFailed,
    };
}
