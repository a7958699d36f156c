// SPDX-License-Identifier: MIT
namespace Earshot.Media.Tests;

/// <summary>Minutes of virtual calls in a few seconds of all the cores there are: when those that sound in real time are done, and one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class Computing
{
    public const string Name = "computing";
}
