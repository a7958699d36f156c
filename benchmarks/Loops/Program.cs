// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Running;
using Earshot.Benchmarks;

// devices MICROPHONE SPEAKER [MICROPHONE SPEAKER]: real cards take real time, so this one is measured without the framework.
if (args is ["devices", .. var cards])
    return DeviceRoundTrip.Run(cards);

// In this process: the framework would look for a project of this assembly's name, and build it.
bool says = args.Contains("-i") || args.Contains("--inProcess");
BenchmarkSwitcher.FromAssembly(typeof(DeviceRoundTrip).Assembly).Run(says ? args : [.. args, "--inProcess"]);
return 0;
