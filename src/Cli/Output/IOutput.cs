// SPDX-License-Identifier: MIT
using Earshot.Media;

namespace Earshot.Cli.Output;

/// <summary>Where a command says what happens: short lines for a person, or one JSON object a line for a script.</summary>
/// <remarks>Thread: any; a call is one line, never torn.</remarks>
internal interface IOutput
{
    /// <summary>The phone waits for calls.</summary>
    /// <param name="uris">By which it can be reached, the likeliest first; at least one.</param>
    void Listening(IReadOnlyList<string> uris);

    void Calling(string uri);

    void Incoming(string from, string? name, string callId);

    void Happened(Call call, CallEvent step);

    void Statistics(Call call, MediaStatistics statistics);

    /// <summary>What a person is typing, empty once it was taken: shown in the line that lives, gone with it.</summary>
    void Typed(string text);

    /// <summary>Something that the user should know: for people it is marked.</summary>
    void Notice(string code, string message);

    /// <summary>Where a long work is, or what a key did; a notice in JSON, too.</summary>
    void Progress(string code, string message);

    /// <summary>One SIP message as it went or came, for <c>--verbose</c>; keys are blanked already.</summary>
    void Trace(bool sent, string peer, string message);

    void Error(string code, string message, string? hint);

    /// <summary>A measurement or listing: the command's result.</summary>
    /// <param name="name">The event's name.</param>
    /// <param name="fields">Its values in order.</param>
    /// <param name="asObject">For people, too, the last line is <c>name {…}</c>: what a report of a fault should hold.</param>
    void Result(string name, IReadOnlyList<Field> fields, bool asObject = false);
}

/// <summary>One named value of a result.</summary>
/// <param name="Name">As in the JSON.</param>
/// <param name="Value">A string, bool, int, long, double, null or a list of fields.</param>
/// <param name="Unit">For people, e.g. <c>ms</c>.</param>
/// <param name="Label">For people; null shows the name.</param>
internal readonly record struct Field(string Name, object? Value, string Unit = "", string? Label = null);
