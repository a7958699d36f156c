// SPDX-License-Identifier: MIT
using Earshot.Cli.Output;

namespace Earshot.Cli.Tests;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData("Eve\u001b[2J\u001b]0;root\u0007")]
    [InlineData("a\r\nb\tc")]
    [InlineData("\u009b31mred")]
    [InlineData("left\u202eright")]
    public void ACallersNameDoesNotReachTheTerminalAsControl(string name)
    {
        using var screen = new StringWriter { NewLine = "\n" };
        new TextOutput(screen, screen, terminal: false, quiet: false).Incoming("sip:eve@example.org", name, "1");
        Assert.DoesNotContain(screen.ToString().TrimEnd('\n'), c => char.IsControl(c) || c == '\u202e');
    }

    /// <summary>A terminal closed in mid-call: what comes after the line that cannot be said, the BYE, must still come.</summary>
    [Fact]
    public void AReaderWhoIsGoneDoesNotStopTheCall()
    {
        using var gone = new NobodyReads();
        var screen = new StreamWriter(gone) { AutoFlush = true };
        IOutput[] outputs = [new TextOutput(screen, screen, terminal: false, quiet: false), new JsonOutput(gone)];
        foreach (var output in outputs)
        {
            output.Listening(["sip:a@127.0.0.1"]);
            output.Error("usage", "a", "b");
            output.Result("device", [new("name", "x")]);
        }
    }

    [Fact]
    public void AnErrorIsOneJsonObject()
    {
        using var stream = new MemoryStream();
        new JsonOutput(stream).Error("network", "a\nb", null);
        var line = System.Text.Json.JsonDocument.Parse(stream.ToArray()).RootElement;
        Assert.Equal(["event", "t", "code", "message"], line.EnumerateObject().Select(p => p.Name));
        Assert.Equal((byte)'\n', stream.ToArray()[^1]);
        Assert.Single(stream.ToArray(), (byte)'\n');
    }

    private sealed class NobodyReads : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Input/output error");

        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("Input/output error");

        public override void Flush()
        {
        }
    }
}
