// SPDX-License-Identifier: MIT
namespace Earshot.Media;

/// <summary>Takes what happens in a call's media.</summary>
/// <remarks>Thread: the call's worker. Real-time.</remarks>
internal interface IEventSink
{
    /// <summary>Takes an event.</summary>
    void Push(in MediaEvent happened);
}
