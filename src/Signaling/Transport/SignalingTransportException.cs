// SPDX-License-Identifier: MIT
namespace Earshot.Signaling.Transport;

/// <summary>The address to listen on cannot be had; the message names it and says what to do.</summary>
internal sealed class SignalingTransportException(string message, Exception? inner = null) : Exception(message, inner);
