// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport;

/// <summary>A media port cannot be opened. The message is one line that names it and says what to do.</summary>
internal sealed class MediaTransportException(string message, Exception? inner = null) : Exception(message, inner);
