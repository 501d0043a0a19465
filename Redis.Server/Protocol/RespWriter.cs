using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace Redis.Server.Protocol;

/// <summary>Hears the text of an error reply, its code first.</summary>
internal delegate void ErrorListener(ReadOnlySpan<byte> text);

/// <summary>
/// Writes replies in RESP2 or RESP3 into one growing pooled buffer. The RESP3 types become what Redis sends to a RESP2 client:
/// a map a flat array, a set and a push an array, a double a bulk string, a boolean 0 or 1, null $-1.
/// </summary>
internal sealed class RespWriter : IDisposable
{
    private const int InitialSize = 256;
    private const int KeptSize = 64 * 1024;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>2 or 3: which protocol the receiver speaks (HELLO).</summary>
    public int Version { get; set; } = 2;

    /// <summary>Nobody will read this reply (a follower applies, CLIENT REPLY OFF): nothing is written.</summary>
    public bool IsMuted { get; set; }

    /// <summary>Hears the text of every error reply, also a muted one.</summary>
    public ErrorListener? ErrorWritten { get; set; }

    /// <summary>Number of error replies written since the last <see cref="Clear"/> or set by the owner.</summary>
    public int ErrorCount { get; set; }

    /// <summary>What was written and not cleared.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>The same as memory, valid until the next write or clear.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _length);

    /// <summary>Number of bytes written and not cleared.</summary>
    public int Length => _length;

    /// <summary>Forgets what was written; a buffer grown by a huge reply goes back to the pool.</summary>
    public void Clear()
    {
        _length = 0;
        ErrorCount = 0;
        if (_buffer.Length > KeptSize)
            Dispose();
    }

    /// <summary>Forgets what was written after <paramref name="length"/> bytes (a reply that is replaced by another).</summary>
    public void Truncate(int length) => _length = length;

    /// <summary>Returns the buffer to the pool. The writer may be used again.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <summary>+OK</summary>
    public void Ok() => Raw("+OK\r\n"u8);

    /// <summary>+text; without CR or LF.</summary>
    public void SimpleString(ReadOnlySpan<byte> text) => Line((byte)'+', text);

    /// <summary>-text, with its code: "ERR syntax error". Line ends inside become spaces.</summary>
    public void Error(ReadOnlySpan<byte> text)
    {
        ErrorCount++;
        ErrorWritten?.Invoke(text);
        while (text.Length > 0 && text[^1] is (byte)'\r' or (byte)'\n')
            text = text[..^1];
        if (IsMuted)
            return;
        int start = _length + 1;
        Line((byte)'-', text);
        Span<byte> written = _buffer.AsSpan(start, text.Length);
        written.Replace((byte)'\r', (byte)' ');
        written.Replace((byte)'\n', (byte)' ');
    }

    /// <summary>As <see cref="Error(ReadOnlySpan{byte})"/>, of one that <see cref="ErrorWritten"/> has heard before.</summary>
    public void RepeatError(ReadOnlySpan<byte> text)
    {
        ErrorListener? listener = ErrorWritten;
        ErrorWritten = null;
        Error(text);
        ErrorWritten = listener;
    }

    /// <summary>An error that quotes the client's bytes, as C's %s does: up to a NUL.</summary>
    public void Error(ReadOnlySpan<byte> before, ReadOnlySpan<byte> quoted, ReadOnlySpan<byte> after)
    {
        int end = quoted.IndexOf((byte)0);
        quoted = end < 0 ? quoted : quoted[..end];
        byte[] text = new byte[before.Length + quoted.Length + after.Length];
        before.CopyTo(text);
        quoted.CopyTo(text.AsSpan(before.Length));
        after.CopyTo(text.AsSpan(before.Length + quoted.Length));
        Error(text);
    }

    /// <summary>An error; each char is one byte (Latin-1), so quoted bytes stay what they were.</summary>
    public void Error(string text) => Error(Encoding.Latin1.GetBytes(text));

    /// <summary>:value</summary>
    public void Integer(long value)
    {
        if (IsMuted)
            return;
        if ((ulong)value < 10)
        {
            Span<byte> four = Reserve(4);
            four[0] = (byte)':';
            four[1] = (byte)('0' + value);
            four[2] = (byte)'\r';
            four[3] = (byte)'\n';
            _length += 4;
            return;
        }

        NumberLine((byte)':', value);
    }

    /// <summary>:1 or :0, in both protocols (what most commands answer).</summary>
    public void Integer(bool value) => Integer(value ? 1 : 0);

    /// <summary>A bulk string.</summary>
    public void BulkString(ReadOnlySpan<byte> value)
    {
        if (IsMuted)
            return;
        Span<byte> target = Reserve(value.Length + Numbers.MaxIntegerLength + 5);
        target[0] = (byte)'$';
        int header;
        if (value.Length < 10)
        {
            target[1] = (byte)('0' + value.Length);
            header = 2;
        }
        else if (value.Length < 100)
        {
            (int tens, int ones) = Math.DivRem(value.Length, 10);
            target[1] = (byte)('0' + tens);
            target[2] = (byte)('0' + ones);
            header = 3;
        }
        else
        {
            header = 1 + Numbers.FormatInteger(value.Length, target[1..]);
        }

        target[header] = (byte)'\r';
        target[header + 1] = (byte)'\n';
        value.CopyTo(target[(header + 2)..]);
        int end = header + 2 + value.Length;
        target[end] = (byte)'\r';
        target[end + 1] = (byte)'\n';
        _length += end + 2;
    }

    /// <summary>A bulk string of text (UTF-8).</summary>
    public void BulkString(string value) => BulkString(Encoding.UTF8.GetBytes(value));

    /// <summary>A bulk string that is an integer's decimal form.</summary>
    [SkipLocalsInit]
    public void BulkInteger(long value)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxIntegerLength];
        BulkString(digits[..Numbers.FormatInteger(value, digits)]);
    }

    /// <summary>A bulk string that is a double's %.17g form in both protocols.</summary>
    [SkipLocalsInit]
    public void BulkDouble(double value)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxDoubleLength];
        BulkString(digits[..Numbers.FormatDouble(value, digits)]);
    }

    /// <summary>Null: _ in RESP3, $-1 in RESP2.</summary>
    public void Null() => Raw(Version == 3 ? "_\r\n"u8 : "$-1\r\n"u8);

    /// <summary>Null where an array was due: _ in RESP3, *-1 in RESP2.</summary>
    public void NullArray() => Raw(Version == 3 ? "_\r\n"u8 : "*-1\r\n"u8);

    /// <summary>The start of an array of <paramref name="count"/> elements.</summary>
    public void ArrayHeader(int count) => NumberLine((byte)'*', count);

    /// <summary>An array without elements.</summary>
    public void EmptyArray() => Raw("*0\r\n"u8);

    /// <summary>The start of a map of <paramref name="pairs"/> pairs; RESP2: an array of twice as many elements.</summary>
    public void MapHeader(int pairs) => NumberLine(Version == 3 ? (byte)'%' : (byte)'*', Version == 3 ? pairs : pairs * 2L);

    /// <summary>The start of a set; RESP2: an array.</summary>
    public void SetHeader(int count) => NumberLine(Version == 3 ? (byte)'~' : (byte)'*', count);

    /// <summary>The start of a push message; RESP2: an array.</summary>
    public void PushHeader(int count) => NumberLine(Version == 3 ? (byte)'>' : (byte)'*', count);

    /// <summary>The start of an attribute of <paramref name="pairs"/> pairs. Only in RESP3: RESP2 has none, so do not write its pairs.</summary>
    public void AttributeHeader(int pairs) => NumberLine((byte)'|', pairs);

    /// <summary>A double: ,%.17g in RESP3, the same text as a bulk string in RESP2.</summary>
    [SkipLocalsInit]
    public void Double(double value)
    {
        Span<byte> digits = stackalloc byte[Numbers.MaxDoubleLength];
        ReadOnlySpan<byte> text = digits[..Numbers.FormatDouble(value, digits)];
        if (Version == 3)
            Line((byte)',', text);
        else
            BulkString(text);
    }

    /// <summary>A double in digits of the command's own choice: ,text in RESP3, a bulk string in RESP2.</summary>
    public void DoubleText(ReadOnlySpan<byte> text)
    {
        if (Version == 3)
            Line((byte)',', text);
        else
            BulkString(text);
    }

    /// <summary>#t or #f; RESP2: :1 or :0.</summary>
    public void Boolean(bool value)
    {
        if (Version == 3)
            Raw(value ? "#t\r\n"u8 : "#f\r\n"u8);
        else
            Integer(value);
    }

    /// <summary>A big number; RESP2: a bulk string.</summary>
    public void BigNumber(ReadOnlySpan<byte> digits)
    {
        if (Version == 3)
            Line((byte)'(', digits);
        else
            BulkString(digits);
    }

    /// <summary>Text with a three-letter format such as txt; RESP2: a bulk string.</summary>
    public void VerbatimString(ReadOnlySpan<byte> format, ReadOnlySpan<byte> text)
    {
        if (Version != 3)
        {
            BulkString(text);
            return;
        }

        NumberLine((byte)'=', text.Length + 4);
        Raw(format);
        Raw(":"u8);
        Raw(text);
        Raw("\r\n"u8);
    }

    /// <summary>Bytes that are a reply already.</summary>
    public void Raw(ReadOnlySpan<byte> reply)
    {
        if (IsMuted)
            return;
        reply.CopyTo(Reserve(reply.Length));
        _length += reply.Length;
    }

    /// <summary>Starts an aggregate whose length is not known yet; end it with <see cref="EndDeferred"/>. Returns its place.</summary>
    public int BeginDeferred() => _length;

    /// <summary>Puts the header of the aggregate begun at <paramref name="place"/> before its elements.</summary>
    /// <param name="place">What <see cref="BeginDeferred"/> returned.</param>
    /// <param name="kind">'*' array, '~' set, '%' map; degraded in RESP2.</param>
    /// <param name="count">Elements, or pairs of a map.</param>
    [SkipLocalsInit]
    public void EndDeferred(int place, char kind, int count)
    {
        if (IsMuted)
            return;
        Span<byte> header = stackalloc byte[Numbers.MaxIntegerLength + 3];
        header[0] = Version == 3 ? (byte)kind : (byte)'*';
        int size = 1 + Numbers.FormatInteger(Version != 3 && kind == '%' ? count * 2L : count, header[1..]);
        header[size++] = (byte)'\r';
        header[size++] = (byte)'\n';
        Reserve(size);
        _buffer.AsSpan(place, _length - place).CopyTo(_buffer.AsSpan(place + size));
        header[..size].CopyTo(_buffer.AsSpan(place));
        _length += size;
    }

    private void Line(byte kind, ReadOnlySpan<byte> text)
    {
        if (IsMuted)
            return;
        Span<byte> target = Reserve(text.Length + 3);
        target[0] = kind;
        text.CopyTo(target[1..]);
        target[text.Length + 1] = (byte)'\r';
        target[text.Length + 2] = (byte)'\n';
        _length += text.Length + 3;
    }

    private void NumberLine(byte kind, long value)
    {
        if (IsMuted)
            return;
        Span<byte> target = Reserve(Numbers.MaxIntegerLength + 3);
        target[0] = kind;
        Utf8Formatter.TryFormat(value, target[1..], out int digits);
        target[digits + 1] = (byte)'\r';
        target[digits + 2] = (byte)'\n';
        _length += digits + 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int size)
    {
        if (_buffer.Length - _length < size)
            Grow(size);
        return _buffer.AsSpan(_length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int size)
    {
        long wanted = Math.Max(Math.Max((long)_length + size, _buffer.Length * 2L), InitialSize);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Array.MaxLength));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
