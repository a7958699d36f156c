// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;

namespace Earshot.Cli.Commands;

/// <summary>Shows what a phone tells outside of any call.</summary>
internal static class PhoneNotices
{
    public static void Show(Phone phone, IOutput output, bool verbose)
    {
        phone.Notice += notice => output.Notice(notice.Code, notice.Message);
        if (verbose) phone.SipMessage += output.Trace;
    }
}
