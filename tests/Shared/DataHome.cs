// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Earshot.Tests.Shared;

/// <summary>Whom a test calls is no acquaintance of whoever runs it: certificate and known peers of this process, and of those that it starts, lie in a folder of their own.</summary>
internal static class DataHome
{
    [ModuleInitializer]
    internal static void Use()
    {
        var folder = Directory.CreateTempSubdirectory("earshot-data-").FullName;
        Environment.SetEnvironmentVariable("XDG_DATA_HOME", folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
            {
                // A process that was started still writes there: the system clears its temporary files itself.
            }
        };
    }
}
