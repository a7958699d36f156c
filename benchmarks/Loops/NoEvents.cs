// SPDX-License-Identifier: MIT
using Earshot.Media;

namespace Earshot.Benchmarks;

/// <summary>Takes events and keeps none.</summary>
internal sealed class NoEvents : IEventSink
{
    public void Push(in MediaEvent happened)
    {
    }
}
