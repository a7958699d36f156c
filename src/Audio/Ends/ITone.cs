// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>A voice that is nobody's call: a tone for the user's own ear, e.g. ringback.</summary>
internal interface ITone : IVoice;
