// SPDX-License-Identifier: MIT
namespace Earshot.Media.Transport.Dtls;

/// <summary>The installation's certificate cannot be read or written; the message is one line for people.</summary>
internal sealed class DtlsIdentityException(string message, Exception? inner = null) : Exception(message, inner);
