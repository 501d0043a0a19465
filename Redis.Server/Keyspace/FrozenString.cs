namespace Redis.Server.Keyspace;

/// <summary>
/// A long string as it was when a snapshot began: its own bytes, which may change in place meanwhile, and copies of the pieces
/// that did before they were written. So a change costs the copying of what it touches, not of the whole string.
/// </summary>
internal sealed class FrozenString(byte[] bytes, int length)
{
    /// <summary>Longer strings are written in pieces, and are never overwritten by another value.</summary>
    public const int MinLength = 256 * 1024;

    private const int PieceLength = 64 * 1024;

    private readonly Dictionary<int, byte[]> _saved = [];
    private int _next;

    public int Length => length;

    /// <summary>Whether all pieces have been taken.</summary>
    public bool IsFinished => (long)_next * PieceLength >= length;

    /// <summary>Whether the string lies in this buffer.</summary>
    public bool IsIn(Span<byte> buffer) => bytes.AsSpan() == buffer;

    /// <summary>Some bytes of the buffer are about to change: those that were not taken yet are copied.</summary>
    public void Save(int start, int count)
    {
        int last = Math.Min(start + count, length) - 1;
        for (int piece = Math.Max(start / PieceLength, _next); piece <= last / PieceLength; piece++)
        {
            if (!_saved.ContainsKey(piece))
                _saved.Add(piece, Piece(piece).ToArray());
        }
    }

    /// <summary>The next piece, as it was.</summary>
    public ReadOnlySpan<byte> Take() => _saved.Remove(_next, out byte[]? saved) ? Taken(saved) : Taken(Piece(_next));

    private ReadOnlySpan<byte> Taken(ReadOnlySpan<byte> piece)
    {
        _next++;
        return piece;
    }

    private ReadOnlySpan<byte> Piece(int number) =>
        bytes.AsSpan(number * PieceLength, Math.Min(PieceLength, length - (number * PieceLength)));
}
