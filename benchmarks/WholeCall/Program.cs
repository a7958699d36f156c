// SPDX-License-Identifier: MIT
using Earshot.WholeCall;

// Whole calls between two processes on this machine, seen from outside. From the root of the clone, after ./earshot was built:
//   dotnet run -c Release --project benchmarks/WholeCall -- wire-to-sink [SECONDS]
//   dotnet run -c Release --project benchmarks/WholeCall -- first-audio [CALLS]
//   dotnet run -c Release --project benchmarks/WholeCall -- cost [SECONDS]
var command = Path.GetFullPath(Environment.GetEnvironmentVariable("EARSHOT_COMMAND") ?? "artifacts/cli/earshot");
if (!File.Exists(command))
{
    Console.Error.WriteLine($"{command} is not there: run ./earshot --version in the root of the clone first");
    return 2;
}

var number = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
switch (args.FirstOrDefault())
{
    case "wire-to-sink": await WireToSink.RunAsync(command, number > 0 ? number : 60); break;
    case "first-audio": await FirstAudio.RunAsync(command, number > 0 ? number : 20); break;
    case "cost": await CallCost.RunAsync(command, number > 0 ? number : 60); break;
    default:
        Console.Error.WriteLine("say wire-to-sink [SECONDS], first-audio [CALLS] or cost [SECONDS]");
        return 2;
}

return 0;
