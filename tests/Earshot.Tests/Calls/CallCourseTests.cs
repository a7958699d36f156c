// SPDX-License-Identifier: MIT
using Earshot.Calls;
using Earshot.Lab;
using Earshot.Protocol;
using static Earshot.Calls.CallAction;

namespace Earshot.Tests.Calls;

/// <summary>Any course that a running call may take, drawn by a seed: what holds in all of them.</summary>
public sealed class CallCourseTests
{
    private static readonly byte[] Sdp = "sdp"u8.ToArray();

    [Fact]
    public void OneOfferIsOpenAtMostAndEveryCallEndsOnce()
    {
        var changes = 0;
        for (var seed = 1; seed <= 2000; seed++)
        {
            var course = new Course(seed);
            for (var step = 0; step < 60; step++) course.Step();
            course.End();
            Assert.Equal((1, seed), (course.Ends, seed));
            changes += course.Changes;
        }

        Assert.True(changes > 2000, $"{changes} changes came to pass: the courses are too dull");
    }

    // What the SIP core lets through (RFC 3261 §14), and media that counts its open offers (RFC 3264 §4).
    private sealed class Course
    {
        private readonly CallMachine _call;
        private readonly Random _random;
        private Instant _now = Instant.Zero;
        private bool _ourInviteIsOut;
        private bool _ackIsAwaited;
        private bool _ourOfferIsOpen;

        public Course(int seed)
        {
            _random = new Random(seed);
            _call = new CallMachine(CallTimes.Default, new SeededRandom((ulong)seed));
            _call.Place(_now);
            Drain();
            _call.HandleAnswered(_now, Sdp);
            Drain();
        }

        public int Ends { get; private set; }

        public int Changes { get; private set; }

        public void Step()
        {
            _now += TimeSpan.FromMilliseconds(_random.Next(1500));
            if (_call.PollTimeout() <= _now) _call.HandleTimeout(_now);
            else Event(_random.Next(8));
            Drain();
        }

        public void End()
        {
            _call.HandleBye(_now, null);
            Drain();
            _call.HangUp(_now);
            Drain();
        }

        private ReadOnlyMemory<byte> SdpOrNone => _random.Next(3) == 0 ? default : Sdp;

        private void Event(int which)
        {
            switch (which)
            {
                case 0 or 1:
                    _call.ChangeSession(_now);
                    break;
                case 2 when !_ourInviteIsOut:
                    _call.HandleReinvite(_now, SdpOrNone);
                    break;
                case 3 or 4 when _ackIsAwaited:
                    _ackIsAwaited = false;
                    _call.HandleAck(_now, SdpOrNone);
                    break;
                case 5 when _ourInviteIsOut:
                    _ourInviteIsOut = false;
                    _call.HandleReinviteAnswered(_now, SdpOrNone);
                    break;
                case 6 or 7 when _ourInviteIsOut:
                    _ourInviteIsOut = false;
                    _call.HandleReinviteFailed(_now, _random.Next(2) == 0 ? 491 : 488, null);
                    break;
            }
        }

        private void Drain()
        {
            while (_call.PollAction(out var action)) Execute(action);
        }

        private void Execute(CallAction action)
        {
            switch (action)
            {
                case MakeOffer:
                    Assert.False(_ourOfferIsOpen, "an offer while ours is open");
                    _ourOfferIsOpen = true;
                    _call.HandleOffer(_now, Sdp);
                    break;
                case MakeAnswer:
                    Assert.False(_ourOfferIsOpen, "an answer while our offer is open");
                    _call.HandleAnswerMade(_now, Sdp, null);
                    break;
                case TakeAnswer { Final: true }:
                    Assert.True(_ourOfferIsOpen, "an answer to no offer");
                    _ourOfferIsOpen = false;
                    _call.HandleAnswerTaken(_now, null);
                    break;
                case RollBack:
                    _ourOfferIsOpen = false;
                    break;
                case SendReinvite when _ackIsAwaited:
                    _call.HandleReinviteFailed(_now, 491, null); // as the driver does when the core lets none out
                    break;
                case SendReinvite:
                    Assert.False(_ourInviteIsOut, "a second INVITE while the first is out");
                    _ourInviteIsOut = true;
                    break;
                case AcceptReinvite:
                    _ackIsAwaited = true;
                    break;
                case TellChanged:
                    Changes++;
                    break;
                case TellEnded:
                    Ends++;
                    break;
            }
        }
    }
}
