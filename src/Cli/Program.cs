// SPDX-License-Identifier: MIT
Earshot.Cli.Terminal.HearInterrupts();
return await Earshot.Cli.EarshotCommand.RunAsync(args);
