// SPDX-License-Identifier: MIT
namespace Earshot.Cli.Lab;

/// <summary>Reads a whole file that an option names, or says in one line why not.</summary>
internal static class InputFile
{
    private const int Chunk = 1 << 16;

    /// <summary>Its bytes; a pipe's, too, which may keep one waiting.</summary>
    /// <param name="option">Which names it, as it was written.</param>
    /// <param name="path">Its place.</param>
    /// <param name="longest">Bytes that are read at most: a device has no end.</param>
    /// <param name="hint">What to name.</param>
    /// <param name="cancel">Ends the waiting; the thread that opens a pipe to which nobody writes is left behind.</param>
    /// <exception cref="UsageException">It cannot be read, or is longer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static byte[] Read(string option, string path, int longest, string hint, CancellationToken cancel = default)
    {
        try
        {
            return Task.Run(() => Read(path, longest), cancel).WaitAsync(cancel).GetAwaiter().GetResult();
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option}: it cannot be read ({wrong.Message.ReplaceLineEndings(" ").TrimEnd('.')})", hint);
        }
    }

    private static byte[] Read(string path, int longest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var known = file.CanSeek ? file.Length : 0;
        if (known > longest) throw TooLong(longest);
        using var kept = new MemoryStream((int)known);
        var chunk = new byte[Chunk];
        for (int count; (count = file.Read(chunk)) > 0;)
        {
            if (kept.Length + count > longest) throw TooLong(longest);
            kept.Write(chunk.AsSpan(0, count));
        }

        return kept.Length == kept.Capacity ? kept.GetBuffer() : kept.ToArray();
    }

    private static IOException TooLong(int longest) => new($"it is longer than {longest >> 20} MB");
}
