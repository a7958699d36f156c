// SPDX-License-Identifier: MIT
namespace Earshot.Tests.BadInput;

/// <summary>Tests that look at the memory of the whole process: calls of other tests would count with theirs.</summary>
[CollectionDefinition(nameof(MeasuresMemory), DisableParallelization = true)]
public sealed class MeasuresMemory;
