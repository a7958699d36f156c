// SPDX-License-Identifier: MIT
namespace Earshot.Audio.Ends;

/// <summary>What happened to a card.</summary>
internal enum CardEvent
{
    /// <summary>It stopped calling; a null end keeps the calls going.</summary>
    Lost,

    /// <summary>It calls again and has the sound back.</summary>
    Returned,

    /// <summary>What a block passes through threw: a defect of ours. That block was silent.</summary>
    Failed,
}

/// <summary>Something about a card that the user should hear of.</summary>
/// <param name="Event">What happened.</param>
/// <param name="IsCapture">The microphone; else the speaker.</param>
/// <param name="Device">The device's name.</param>
/// <param name="At">Monotonic nanoseconds.</param>
/// <param name="Message">One line for the user.</param>
internal sealed record CardNotice(CardEvent Event, bool IsCapture, string Device, long At, string Message)
{
    /// <summary>A word for programs.</summary>
    public string Code => Event switch
    {
        CardEvent.Lost => "device-lost",
        CardEvent.Returned => "device-returned",
        _ => "internal",
    };
}
