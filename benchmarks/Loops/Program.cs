// SPDX-License-Identifier: MIT
using BenchmarkDotNet.Running;
using Earshot.Benchmarks;

// devices MICROPHONE SPEAKER [MICROPHONE SPEAKER]: real cards take real time, so this one is measured without the framework.
if (args is ["devices", .. var cards])
    return DeviceRoundTrip.Run(cards);

BenchmarkSwitcher.FromAssembly(typeof(DeviceRoundTrip).Assembly).Run(args);
return 0;
