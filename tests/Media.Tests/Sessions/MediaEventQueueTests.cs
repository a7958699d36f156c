// SPDX-License-Identifier: MIT
using Earshot.Protocol;

namespace Earshot.Media.Tests.Sessions;

public class MediaEventQueueTests
{
    [Fact]
    public void AFloodOfKeysDoesNotHideThatThePeerFellSilent()
    {
        int woken = 0;
        var queue = new MediaEventQueue(() => woken++);
        for (int i = 0; i < 1000; i++)
            queue.Push(new(MediaEventKind.DtmfReceived, Instant.FromMilliseconds(i), '5'));
        queue.Push(new(MediaEventKind.Silence, Instant.FromMilliseconds(2000)));
        queue.Push(new(MediaEventKind.Failed, Instant.FromMilliseconds(2001)));

        var told = new List<MediaEventKind>();
        while (queue.TryTake(out var happened))
            told.Add(happened.Kind);
        Assert.Equal([MediaEventKind.Silence, MediaEventKind.Failed], told[^2..]);
        Assert.Equal(1000, told.Count - 2 + queue.Lost);
        Assert.Equal(told.Count, woken);
    }

    [Fact]
    public void WhatPlaybackTellsIsToldOnce()
    {
        int woken = 0;
        var queue = new MediaEventQueue(() => woken++);
        for (int i = 1; i < 5; i++)
        {
            queue.NoteFirstAudio(Instant.FromMilliseconds(i));
            queue.NotePlaybackFailure(Instant.FromMilliseconds(10 * i));
        }

        Assert.True(queue.TryTake(out var heard));
        Assert.Equal(new(MediaEventKind.FirstAudioPlayed, Instant.FromMilliseconds(1)), heard);
        Assert.True(queue.TryTake(out var failed));
        Assert.Equal(new(MediaEventKind.Failed, Instant.FromMilliseconds(10)), failed);
        Assert.False(queue.TryTake(out _));
        Assert.Equal(2, woken);
    }
}
