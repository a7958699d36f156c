// SPDX-License-Identifier: MIT
return await Earshot.Cli.EarshotCommand.RunAsync(args);
