// SPDX-License-Identifier: MIT
using System.Text;

namespace Earshot.Protocol.Tests.Sip;

/// <summary>The torture messages of RFC 4475 and RFC 5118, with the verdicts of their index.</summary>
internal static class SipVectors
{
    private static readonly string Root = FindRoot();

    public static byte[] Read(string set, string file) => File.ReadAllBytes(Path.Combine(Root, set, file));

    public static TheoryData<string, string, string, string> Index(string set, int verdictColumn)
    {
        var rows = new TheoryData<string, string, string, string>();
        foreach (string line in File.ReadLines(Path.Combine(Root, set, "index.tsv")).Skip(1))
        {
            string[] columns = line.Split('\t');
            rows.Add(set, columns[0], columns[verdictColumn], columns[verdictColumn + 1]);
        }

        return rows;
    }

    public static IEnumerable<byte[]> All()
    {
        foreach (string set in (string[])["rfc4475", "rfc5118"])
        {
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, set), "*.dat").Order())
                yield return File.ReadAllBytes(file);
        }
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Earshot.slnx")))
            at = at.Parent;
        return Path.Combine(at?.FullName ?? ".", "tests", "vectors");
    }
}
