namespace Redis.Server.Protocol;

/// <summary>What <see cref="RequestParser.Parse"/> found.</summary>
internal enum ParseStatus
{
    /// <summary>One request; its arguments are ready. An empty line or "*0" gives a request without arguments: skip it.</summary>
    Complete,

    /// <summary>The input ends inside the request: call again with the same bytes and more behind them.</summary>
    Incomplete,

    /// <summary>The input breaks the protocol: answer <see cref="RequestParser.Error"/> and close the connection.</summary>
    Error,
}

/// <summary>
/// Parses requests, RESP arrays or inline commands, from contiguous bytes. One instance a connection (or a log reader): it
/// keeps the argument list and, of an incomplete request, the place it reached, so that a request in a million pieces is
/// still read once. Errors and limits are those of Redis's networking.c.
/// </summary>
internal sealed class RequestParser
{
    /// <summary>The longest inline request and the longest length line.</summary>
    public const int MaxLineLength = 64 * 1024;

    private ArgRange[] _ranges = new ArgRange[8];
    private int _count;
    private int _expected;
    private int _position;
    private int _bulkLength = -1;
    private byte[]? _inlineFrame;
    private int _inlineLength;

    /// <summary>proto-max-bulk-len: the longest argument, in bytes.</summary>
    public long MaxBulkLength { get; set; } = 512L * 1024 * 1024;

    /// <summary>Before AUTH a client may send at most 10 arguments of at most 16 KiB.</summary>
    public bool IsAuthenticated { get; set; } = true;

    /// <summary>After <see cref="ParseStatus.Error"/>: the reply, without its leading '-'.</summary>
    public string? Error { get; private set; }

    /// <summary>After <see cref="ParseStatus.Incomplete"/>: the request has at least this many bytes.</summary>
    public int Needed { get; private set; }

    /// <summary>Number of arguments of the complete request.</summary>
    public int Count => _count;

    /// <summary>Whether the complete request came as an inline command.</summary>
    public bool WasInline => _inlineLength > 0;

    /// <summary>Where the arguments lie in <see cref="Frame"/>.</summary>
    public ReadOnlySpan<ArgRange> Ranges => _ranges.AsSpan(0, _count);

    /// <summary>
    /// The complete request as a RESP array: the bytes received, or, for an inline command, the array it stands for.
    /// Valid until the next call. <paramref name="input"/> and <paramref name="consumed"/> are those of the call that completed it.
    /// </summary>
    public ReadOnlySpan<byte> Frame(ReadOnlySpan<byte> input, int consumed) =>
        WasInline ? _inlineFrame.AsSpan(0, _inlineLength) : input[..consumed];

    /// <summary>The arguments of the complete request, as views of its frame.</summary>
    public CommandArgs Args(ReadOnlySpan<byte> frame) => new(frame, _ranges.AsSpan(0, _count));

    /// <summary>Forgets an incomplete request.</summary>
    public void Reset()
    {
        _expected = 0;
        _position = 0;
        _bulkLength = -1;
    }

    /// <summary>
    /// Parses the request that starts at the first byte of <paramref name="input"/>. After Incomplete the next call must start
    /// at the same byte. <paramref name="consumed"/> is its length when complete, else 0.
    /// </summary>
    public ParseStatus Parse(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        if (_position == 0)
        {
            _count = 0;
            _inlineLength = 0;
            if (input.IsEmpty)
                return NeedAtLeast(1);
            if (input[0] != '*')
                return ParseInline(input, out consumed);
            ParseStatus header = ParseHeader(input);
            if (header != ParseStatus.Complete)
                return header;
        }

        while (_count < _expected)
        {
            ParseStatus argument = ParseArgument(input);
            if (argument != ParseStatus.Complete)
                return argument;
        }

        consumed = _position;
        Reset();
        return ParseStatus.Complete;
    }

    private ParseStatus ParseHeader(ReadOnlySpan<byte> input)
    {
        LengthLine line = ReadLength(input, 1, out long length, out int end);
        if (line == LengthLine.Partial)
            return NeedAtLeast(Math.Max(4, input.Length + 1));
        if (line == LengthLine.TooLong)
            return Fail("ERR Protocol error: too big mbulk count string");
        if (line == LengthLine.Invalid || length > int.MaxValue)
            return Fail("ERR Protocol error: invalid multibulk length");
        if (length > 10 && !IsAuthenticated)
            return Fail("ERR Protocol error: unauthenticated multibulk length");
        _position = end;
        _expected = (int)Math.Max(length, 0);
        return ParseStatus.Complete;
    }

    private ParseStatus ParseArgument(ReadOnlySpan<byte> input)
    {
        if (_bulkLength < 0)
        {
            if (_position >= input.Length)
                return NeedAtLeast(_position + 4);
            // Redis looks for the end of the line before it looks at the '$'.
            bool isBulk = input[_position] == '$';
            LengthLine line = ReadLength(input, isBulk ? _position + 1 : _position, out long length, out int end);
            if (line == LengthLine.Partial)
                return NeedAtLeast(Math.Max(_position + 4, input.Length + 1));
            if (line == LengthLine.TooLong)
                return Fail("ERR Protocol error: too big bulk count string");
            if (!isBulk)
                return Fail($"ERR Protocol error: expected '$', got '{(char)input[_position]}'");
            if (line == LengthLine.Invalid || length < 0 || length > MaxBulkLength || length > Array.MaxLength - end - 2L)
                return Fail("ERR Protocol error: invalid bulk length");
            if (length > 16384 && !IsAuthenticated)
                return Fail("ERR Protocol error: unauthenticated bulk length");
            _position = end;
            _bulkLength = (int)length;
        }

        int next = _position + _bulkLength + 2;
        if (next > input.Length)
            return NeedAtLeast(next);
        if (_count == _ranges.Length)
            Array.Resize(ref _ranges, _count * 2);
        _ranges[_count++] = new ArgRange(_position, _bulkLength);
        _position = next;
        _bulkLength = -1;
        return ParseStatus.Complete;
    }

    private enum LengthLine
    {
        Valid,
        Invalid,
        Partial,
        TooLong,
    }

    /// <summary>Reads a decimal up to CR LF; <paramref name="end"/> is the first byte of the next line.</summary>
    private static LengthLine ReadLength(ReadOnlySpan<byte> input, int start, out long length, out int end)
    {
        length = 0;
        // One to three digits, which is nearly every length there is.
        int digits = 0;
        for (int i = start; i < input.Length && digits < 4; i++, digits++)
        {
            uint digit = (uint)(input[i] - '0');
            if (digit > 9)
                break;
            length = length * 10 + digit;
        }

        end = start + digits + 2;
        if (digits is > 0 and < 4 && end <= input.Length && input[end - 2] == '\r' && (digits == 1 || input[start] != '0'))
            return LengthLine.Valid;

        int carriageReturn = input[start..].IndexOf((byte)'\r');
        if (carriageReturn < 0)
            return input.Length - start > MaxLineLength ? LengthLine.TooLong : LengthLine.Partial;
        end = start + carriageReturn + 2;
        if (end > input.Length)
            return LengthLine.Partial;
        return Numbers.TryParseInteger(input.Slice(start, carriageReturn), out length) ? LengthLine.Valid : LengthLine.Invalid;
    }

    private ParseStatus ParseInline(ReadOnlySpan<byte> input, out int consumed)
    {
        consumed = 0;
        int lineFeed = input.IndexOf((byte)'\n');
        if (lineFeed < 0)
            return input.Length > MaxLineLength ? Fail("ERR Protocol error: too big inline request") : NeedAtLeast(input.Length + 1);
        ReadOnlySpan<byte> line = input[..lineFeed];
        if (line.Length > 0 && line[^1] == '\r')
            line = line[..^1];
        if (!InlineCommand.TrySplit(line, out List<byte[]> words))
            return Fail("ERR Protocol error: unbalanced quotes in request");
        consumed = lineFeed + 1;
        if (words.Count > 0)
            BuildInlineFrame(words);
        return ParseStatus.Complete;
    }

    private void BuildInlineFrame(List<byte[]> words)
    {
        RespWriter writer = new();
        writer.ArrayHeader(words.Count);
        foreach (byte[] word in words)
        {
            writer.BulkString(word);
            if (_count == _ranges.Length)
                Array.Resize(ref _ranges, _count * 2);
            _ranges[_count++] = new ArgRange(writer.Written.Length - word.Length - 2, word.Length);
        }

        _inlineFrame = writer.Written.ToArray();
        _inlineLength = _inlineFrame.Length;
        writer.Dispose();
    }

    private ParseStatus NeedAtLeast(int bytes)
    {
        Needed = bytes;
        return ParseStatus.Incomplete;
    }

    private ParseStatus Fail(string error)
    {
        Error = error;
        Reset();
        return ParseStatus.Error;
    }
}
