// SPDX-License-Identifier: MIT
using Earshot.Media;

namespace Earshot;

/// <summary>A way of encryption that a call may take.</summary>
/// <param name="Create">Makes its session.</param>
/// <param name="InsistsOnEncryption">Its offer takes no clear media.</param>
internal sealed record SecurityWay(Func<MediaSession> Create, bool InsistsOnEncryption);
