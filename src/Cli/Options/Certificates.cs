// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Earshot.Cli.Options;

/// <summary>Reads certificates from files, with one line for each thing that can be wrong with them.</summary>
internal static class Certificates
{
    /// <summary>Ours, with what lies between it and its root.</summary>
    /// <param name="file">PEM (certificate first, its chain behind it, the key in it or apart) or PFX; null for none.</param>
    /// <param name="keyFile">The private key; null when it is in the same file.</param>
    /// <exception cref="UsageException">A file is missing, damaged, or the two do not fit.</exception>
    public static (X509Certificate2? Own, X509Certificate2Collection Chain) Own(string? file, string? keyFile)
    {
        if (file is null && keyFile is not null) throw new UsageException("--tls-key: a key without its certificate", OptionExamples.Say("--tls-cert"));
        if (file is null) return (null, []);
        var (own, chain) = Read("--tls-cert", file, () => IsPem(file) ? FromPem(file, keyFile ?? file) : FromPfx(file));
        if (own.NotAfter < DateTime.Now) throw new UsageException(FormattableString.Invariant($"--tls-cert {file}: it expired on {own.NotAfter:yyyy-MM-dd}, nobody will believe it"), "Have it renewed.");
        return (own, chain);
    }

    /// <summary>Roots to believe.</summary>
    /// <exception cref="UsageException">The file is missing, or holds no certificate.</exception>
    public static X509Certificate2Collection Roots(string? file)
    {
        if (file is null) return [];
        var roots = Read("--tls-roots", file, () =>
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            return all;
        });
        return roots.Count > 0 ? roots : throw new UsageException($"--tls-roots {file}: holds no certificate", OptionExamples.Say("--tls-roots"));
    }

    private static bool IsPem(string file) => File.ReadAllText(file).Contains("-----BEGIN", StringComparison.Ordinal);

    private static (X509Certificate2, X509Certificate2Collection) FromPem(string file, string keyFile)
    {
        if (!File.ReadAllText(keyFile).Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw keyFile == file
                ? new UsageException($"--tls-cert {file}: there is no private key in it", OptionExamples.Say("--tls-key"))
                : new UsageException($"--tls-key {keyFile}: there is no private key in it", OptionExamples.Say("--tls-key"));
        }

        using var read = X509Certificate2.CreateFromPemFile(file, keyFile);
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(file);
        // Windows wants the key in a store of its own.
        return (X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), null), [.. all.Skip(1)]);
    }

    private static (X509Certificate2, X509Certificate2Collection) FromPfx(string file)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, null);
        var own = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("no private key in it");
        return (own, [.. all.Where(c => c != own)]);
    }

    private static T Read<T>(string option, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new UsageException($"{option} {file}: {Sentence(wrong)}", OptionExamples.Say(option));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            var what = wrong is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : "it cannot be read";
            throw new UsageException($"{option} {file}: {what}", OptionExamples.Say(option));
        }
    }

    // The framework names its parameter, which tells a user nothing.
    private static string Sentence(Exception wrong) => wrong.Message.ReplaceLineEndings(" ").Split(" (Parameter '")[0].TrimEnd('.');
}
