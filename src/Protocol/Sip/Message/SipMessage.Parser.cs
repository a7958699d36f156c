// SPDX-License-Identifier: MIT
namespace Earshot.Protocol.Sip;

/// <content>The parser: one pass over the bytes, then the checks every element makes before anything else (RFC 3261 §7, §8.1.1, §16.3).</content>
internal sealed partial class SipMessage
{
    private ref struct SipMessageParser(SipMessage message, ReadOnlySpan<byte> bytes)
    {
        private readonly SipMessage _message = message;
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;
        private int _status;
        private string? _fault;

        public SipParseResult Run()
        {
            SkipLineEnds();
            if (_at == _bytes.Length)
                return new SipParseResult(_bytes.IsEmpty ? SipParseOutcome.Discard : SipParseOutcome.KeepAlive, 0, "Empty");
            if (!StartLine())
                return new SipParseResult(SipParseOutcome.Discard, 0, _fault ?? "Not SIP");

            if (_bytes.Length > MaxLength)
                Fault(513, "Message Too Large");
            if (HeaderLines())
                Body();
            Check();
            return Result();
        }

        private readonly SipParseResult Result()
        {
            if (_fault is null)
                return SipParseResult.Ok;
            bool answerable = _message.IsRequest && _message.Method != SipMethod.Ack && _message.Has(SipHeader.Via);
            return new SipParseResult(answerable ? SipParseOutcome.Malformed : SipParseOutcome.Discard, _status, _fault);
        }

        // The first fault is the one that is told.
        private void Fault(int status, string fault)
        {
            if (_fault is not null)
                return;
            _fault = fault;
            _status = status;
        }

        private void SkipLineEnds()
        {
            while (_at < _bytes.Length && _bytes[_at] is (byte)'\r' or (byte)'\n')
                _at++;
        }

        // One line without its end; false when the bytes run out before it ends.
        private bool TakeLine(out int start, out int length)
        {
            start = _at;
            int end = _bytes[_at..].IndexOf((byte)'\n');
            length = end;
            if (end < 0)
                return false;
            _at += end + 1;
            if (length > 0 && _bytes[start + length - 1] == '\r')
                length--;
            return true;
        }

        private bool StartLine()
        {
            if (!TakeLine(out int start, out int length))
                return false;
            ReadOnlySpan<byte> line = _bytes.Slice(start, length);
            return line.StartsWith("SIP/"u8) ? StatusLine(line, start) : RequestLine(line, start);
        }

        // SIP/2.0 SP 3DIGIT SP Reason-Phrase
        private bool StatusLine(ReadOnlySpan<byte> line, int start)
        {
            if (!line.StartsWith("SIP/2.0 "u8) || line.Length < 11 || (line.Length > 11 && line[11] != ' ')
                || !SipText.TryParseUInt(line.Slice(8, 3), out uint status) || status is < 100 or > 699)
            {
                _fault = "Malformed status line";
                return false;
            }

            _message.Status = (int)status;
            _message._reason = line.Length > 12 ? new TextRange(start + 12, line.Length - 12) : default;
            return true;
        }

        // Method SP Request-URI SP SIP-Version: the URI is what lies between the first and the last space.
        private bool RequestLine(ReadOnlySpan<byte> line, int start)
        {
            int first = line.IndexOf((byte)' ');
            if (first <= 0 || !SipText.IsToken(line[..first]))
                return false;

            _message.IsRequest = true;
            _message._methodName = new TextRange(start, first);
            _message.Method = SipMethods.Parse(line[..first]);
            int last = line.LastIndexOf((byte)' ');
            ReadOnlySpan<byte> version = line[(last + 1)..];
            if (last == first || !(version.Length > 4 && SipText.EqualsIgnoreCase(version[..4], "SIP/"u8)))
                Fault(400, "Malformed Request Line");
            else if (!SipText.EqualsIgnoreCase(version, "SIP/2.0"u8))
                Fault(505, "Version Not Supported");
            else
                RequestUri(new TextRange(start + first + 1, last - first - 1));
            return true;
        }

        private void RequestUri(TextRange range)
        {
            _message._requestUri = range;
            if (!SipUriView.TryParse(_bytes.Slice(range.Start, range.Length), out SipUriView uri))
                Fault(400, "Malformed Request-URI");
            else if (!uri.Headers.IsEmpty)
                Fault(400, "Header Fields in Request-URI");
        }

        // True when the empty line was reached.
        private bool HeaderLines()
        {
            while (TakeLine(out int start, out int length))
            {
                if (length == 0)
                    return true;
                while (_at < _bytes.Length && _bytes[_at] is (byte)' ' or (byte)'\t')
                {
                    if (!TakeLine(out int folded, out int foldedLength))
                        break;
                    length = folded + foldedLength - start;
                }

                if (_message.LineCount == MaxHeaderLines)
                {
                    Fault(400, "Too Many Header Fields");
                    return false;
                }

                HeaderLine(start, length);
            }

            Fault(400, "Header Without End");
            return false;
        }

        private void HeaderLine(int start, int length)
        {
            ReadOnlySpan<byte> line = _bytes.Slice(start, length);
            int colon = line.IndexOf((byte)':');
            int nameEnd = Math.Max(colon, 0);
            while (nameEnd > 0 && line[nameEnd - 1] is (byte)' ' or (byte)'\t')
                nameEnd--;
            if (nameEnd == 0)
            {
                Fault(400, "Header Field Without Name");
                return;
            }

            SipHeader header = SipHeaders.Parse(line[..nameEnd]);
            if (header == SipHeader.Other && !SipText.IsToken(line[..nameEnd]))
            {
                Fault(400, "Malformed Header Field Name");
                return;
            }

            int valueStart = colon + 1;
            while (valueStart < length && SipText.IsSpace(line[valueStart]))
                valueStart++;
            while (length > valueStart && SipText.IsSpace(line[length - 1]))
                length--;
            _message.Add(header, new TextRange(start, nameEnd), new TextRange(start + valueStart, length - valueStart));
        }

        // §18.3: a datagram may hold more than its Content-Length, which is ignored, but never less.
        private void Body()
        {
            int left = _bytes.Length - _at;
            uint length = (uint)left;
            if (_message.TryGet(SipHeader.ContentLength, out ReadOnlySpan<byte> text))
            {
                if (!SipText.TryParseUInt(text, out length) || _message.NextLine(_message.FirstLine(SipHeader.ContentLength)) >= 0)
                {
                    Fault(400, "Malformed Content-Length");
                    return;
                }

                if (length > left)
                {
                    Fault(400, "Content-Length Beyond Message");
                    return;
                }
            }

            _message._body = new TextRange(_at, (int)length);
            _message._length = _at + (int)length;
        }

        private void Check()
        {
            CheckOnce(SipHeader.CallId, "Call-ID Missing Or Repeated");
            CheckOnce(SipHeader.From, "From Missing Or Repeated");
            CheckOnce(SipHeader.To, "To Missing Or Repeated");
            CheckOnce(SipHeader.CSeq, "CSeq Missing Or Repeated");
            if (_fault is not null)
                return;

            if (!_message.TryGetTopVia(out _))
                Fault(400, "Malformed Via");
            if (!_message.TryGetFrom(out NameAddress from))
                Fault(400, "Malformed From");
            if (!_message.TryGetTo(out NameAddress to))
                Fault(400, "Malformed To");
            _message._fromTag = RangeOf(from.Tag);
            _message._toTag = RangeOf(to.Tag);
            if (_message.CallId.IsEmpty || _message.CallId.ContainsAny(" \t\r\n"u8))
                Fault(400, "Malformed Call-ID");
            CheckCSeq();
            if (_message.IsRequest)
                CheckRequest();
        }

        private readonly TextRange RangeOf(ReadOnlySpan<byte> part) => _bytes.Overlaps(part, out int at) ? new TextRange(at, part.Length) : default;

        private void CheckOnce(SipHeader header, string fault)
        {
            int line = _message.FirstLine(header);
            if (line < 0 || _message.NextLine(line) >= 0)
                Fault(400, fault);
        }

        private void CheckCSeq()
        {
            if (!_message.TryGetCSeq(out CSeq cseq))
                Fault(400, "Malformed CSeq");
            else if (!_message.IsRequest)
                _message.Method = cseq.Method;
            else if (cseq.Method != _message.Method || (cseq.Method == SipMethod.Unknown && !cseq.MethodName.SequenceEqual(_message.MethodName)))
                Fault(400, "CSeq Method Mismatch");
        }

        // What a server would act upon must be sound before it acts: hops left, where to answer, which way back.
        private void CheckRequest()
        {
            int hops = _message.FirstLine(SipHeader.MaxForwards);
            if (hops >= 0 && (!_message.TryGetNumber(SipHeader.MaxForwards, out uint left) || left > 255 || _message.NextLine(hops) >= 0))
                Fault(400, "Malformed Max-Forwards");
            if (!_message.ContactIsStar)
                CheckAddresses(SipHeader.Contact, "Malformed Contact");
            CheckAddresses(SipHeader.RecordRoute, "Malformed Record-Route");
        }

        private void CheckAddresses(SipHeader header, string fault)
        {
            if (!_message.Has(header))
                return;
            foreach (ReadOnlySpan<byte> value in _message.Values(header))
            {
                if (!NameAddress.TryParse(value, out _))
                    Fault(400, fault);
            }
        }
    }

    private void Add(SipHeader header, TextRange name, TextRange value)
    {
        if (LineCount == _lines.Length)
            Array.Resize(ref _lines, _lines.Length * 2);

        int line = LineCount++;
        _lines[line] = new HeaderEntry { Header = header, Name = name, Value = value, Next = -1 };
        if (_first[(int)header] < 0)
            _first[(int)header] = (short)line;
        else
            _lines[_last[(int)header]].Next = (short)line;
        _last[(int)header] = (short)line;
    }
}
