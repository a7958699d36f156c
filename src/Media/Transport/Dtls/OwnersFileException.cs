// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>A file that its owner alone may read cannot be read or written, or is damaged; the message is one line for people.</summary>
internal sealed class OwnersFileException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>There is no such file, and there can be none: its folder takes none.</summary>
    public bool HasNoPlace { get; init; }
}
