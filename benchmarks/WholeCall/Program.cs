// SPDX-License-Identifier: MIT
using Earshot.WholeCall;

// Whole calls between two processes on this machine, seen from outside. From the root of the clone, after ./earshot was built:
//   dotnet run -c Release --project benchmarks/WholeCall -- wire-to-sink [SECONDS]
//   dotnet run -c Release --project benchmarks/WholeCall -- relay [SECONDS] [JITTER_MS] [LOSS_PERCENT]     as root
//   dotnet run -c Release --project benchmarks/WholeCall -- first-audio [CALLS] [dtls|sdes|none]
//   dotnet run -c Release --project benchmarks/WholeCall -- cold [CALLS]
//   dotnet run -c Release --project benchmarks/WholeCall -- idle-ice [SESSIONS] [SECONDS]
//   dotnet run -c Release --project benchmarks/WholeCall -- cost [SECONDS]
var command = Path.GetFullPath(Environment.GetEnvironmentVariable("EARSHOT_COMMAND") ?? "artifacts/cli/earshot");
if (!File.Exists(command))
{
    Console.Error.WriteLine($"{command} is not there: run ./earshot --version in the root of the clone first");
    return 2;
}

int Number(int at, int otherwise) => args.Length > at ? int.Parse(args[at], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
switch (args.FirstOrDefault())
{
    case "wire-to-sink": await WireToSink.RunAsync(command, Number(1, 60)); break;
    case "relay": await WireToSink.RunThroughRelayAsync(command, Number(1, 60), Number(2, 40), Number(3, 0)); break;
    case "first-audio": await FirstAudio.RunAsync(command, Number(1, 20), Enum.Parse<Earshot.MediaSecurityMethod>(args.ElementAtOrDefault(2) ?? "dtls", ignoreCase: true)); break;
    case "cold": await ColdCall.RunAsync(command, Number(1, 10)); break;
    case "cold-once": await ColdCall.CallOnceAsync(args[1], bool.Parse(args[2])); break;
    case "idle-ice": await IdleIce.RunAsync(Number(1, 100), Number(2, 60)); break;
    case "cost": await CallCost.RunAsync(command, Number(1, 60)); break;
    default:
        Console.Error.WriteLine("say wire-to-sink [SECONDS], relay [SECONDS] [JITTER_MS] [LOSS_PERCENT], first-audio [CALLS] [dtls|sdes|none], cold [CALLS], idle-ice [SESSIONS] [SECONDS] or cost [SECONDS]");
        return 2;
}

return 0;
