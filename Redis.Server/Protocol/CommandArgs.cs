namespace Redis.Server.Protocol;

/// <summary>Where one argument lies in its frame.</summary>
internal readonly record struct ArgRange(int Offset, int Length);

/// <summary>The arguments of one command, name first, as views of the bytes that came from the wire or the log.</summary>
internal readonly ref struct CommandArgs
{
    private readonly ReadOnlySpan<byte> _frame;
    private readonly ReadOnlySpan<ArgRange> _ranges;

    public CommandArgs(ReadOnlySpan<byte> frame, ReadOnlySpan<ArgRange> ranges)
    {
        _frame = frame;
        _ranges = ranges;
    }

    /// <summary>The bytes the arguments are views of: the whole request as a RESP array.</summary>
    public ReadOnlySpan<byte> Frame => _frame;

    /// <summary>Number of arguments, the command's name included.</summary>
    public int Count => _ranges.Length;

    /// <summary>Bytes of all arguments.</summary>
    public int TotalLength
    {
        get
        {
            int sum = 0;
            foreach (ArgRange range in _ranges)
                sum += range.Length;
            return sum;
        }
    }

    /// <summary>Argument <paramref name="index"/>; 0 is the command's name.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgRange range = _ranges[index];
            return _frame.Slice(range.Offset, range.Length);
        }
    }

    /// <summary>The arguments from <paramref name="first"/> on, as a command of their own (RAFT, DEBUG EXEC, COMMAND GETKEYS).</summary>
    public CommandArgs From(int first) => new(_frame, _ranges[first..]);

    /// <summary>Whether argument <paramref name="index"/> is the word <paramref name="lowerCase"/> (ASCII, any case).</summary>
    public bool Is(int index, ReadOnlySpan<byte> lowerCase) =>
        System.Text.Ascii.EqualsIgnoreCase(this[index], lowerCase);
}
