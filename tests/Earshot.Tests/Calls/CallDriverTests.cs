// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using Earshot.Calls;
using Earshot.Lab;
using Earshot.Protocol;
using Earshot.Protocol.Sip;

namespace Earshot.Tests.Calls;

/// <summary>What a call's decisions become, in which order.</summary>
public sealed class CallDriverTests
{
    private static readonly SipFlow Flow = new(1, SipTransport.Udp, IPEndPoint.Parse("192.0.2.1:5060"), IPEndPoint.Parse("192.0.2.2:5060"));

    private readonly SipCore _core = new(new SipCoreOptions(), new SeededRandom(1));
    private readonly List<string> _course = [];

    [Fact]
    public void TheAckLeavesBeforeMediaIsMadeReady()
    {
        var call = NewCall();
        call.Place(Instant.Zero, new SipInvite { Target = "sip:bob@192.0.2.2", Flows = [Flow] });
        Assert.Equal(["offer", "sent INVITE"], _course);

        _course.Clear();
        _core.HandlePacket(Instant.Zero, Flow, Encoding.UTF8.GetBytes(AnswerTo(_lastSent)));
        while (_core.PollEvent(out var happened)) call.HandleSip(Instant.Zero, happened);
        Assert.Equal(["sent ACK", "answer taken", "media starts"], _course);
    }

    private string _lastSent = "";

    private CallDriver NewCall() => new(_core, new CallMachine(CallTimes.Default, new SeededRandom(2)), new NotedMedia(_course), new Nobody())
    {
        Flush = () =>
        {
            while (_core.PollTransmit(out _, out var message))
            {
                _lastSent = Encoding.UTF8.GetString(message.Span);
                _course.Add("sent " + _lastSent.Split(' ')[0]);
            }
        },
    };

    private static string AnswerTo(string invite)
    {
        var headers = invite.Split("\r\n").Where(l => l.StartsWith("Via:", StringComparison.Ordinal) || l.StartsWith("From:", StringComparison.Ordinal)
            || l.StartsWith("Call-ID:", StringComparison.Ordinal) || l.StartsWith("CSeq:", StringComparison.Ordinal));
        return $"SIP/2.0 200 OK\r\n{string.Join("\r\n", headers)}\r\nTo: <sip:bob@192.0.2.2>;tag=b\r\nContact: <sip:bob@192.0.2.2>\r\n"
            + "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n";
    }

    private sealed class NotedMedia(List<string> course) : ICallMedia
    {
        public bool InsistsOnEncryption => false;

        public MediaAnswer MakeOffer()
        {
            course.Add("offer");
            return new("v=0\r\n"u8.ToArray());
        }

        public CallEnd? Judge(ReadOnlyMemory<byte> offer) => null;

        public MediaAnswer MakeAnswer(ReadOnlyMemory<byte> offer) => new("v=0\r\n"u8.ToArray());

        public CallEnd? TakeAnswer(ReadOnlyMemory<byte> answer, bool final)
        {
            course.Add("answer taken");
            return null;
        }

        public void RollBack() => course.Add("rolled back");

        public void Start() => course.Add("media starts");

        public void Stop() => course.Add("media stops");
    }

    private sealed class Nobody : ICallListener
    {
        public void OnRinging(int status, bool earlyMedia)
        {
        }

        public void OnConnected()
        {
        }

        public void OnChanged()
        {
        }

        public void OnChangeRefused(int status, string message)
        {
        }

        public void OnEnded(CallEnd end)
        {
        }
    }
}
