using Redis.Server.Protocol;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// Writes values in RDB's form. A large one may be written in parts, as long as it does not change in between. Elements of tables
/// are written in the tables' own order, so that a replica that loads them picks the same random members.
/// </summary>
internal sealed class RdbValueWriter
{
    private readonly bool _isDump;
    private RedisValue _value;
    private int _next;
    private QuickListNode? _node;
    private ScoreTreeCursor _entry;

    /// <param name="isDump">
    /// Whether to write the very bytes of Redis's DUMP: a sorted set's table from the highest score down instead of in its own order.
    /// </param>
    public RdbValueWriter(bool isDump) => _isDump = isDump;

    /// <summary>Whether a value has been begun and not finished.</summary>
    public bool IsUnfinished { get; private set; }

    /// <summary>The type byte of a value.</summary>
    public static RdbType TypeOf(in RedisValue value) => value.Object switch
    {
        null => RdbType.String,
        QuickList => RdbType.ListQuickList2,
        SetValue set => set.Integers != null ? RdbType.SetIntSet : RdbType.Set,
        SortedSetValue set => set.Packed != null ? RdbType.SortedSetListPack : RdbType.SortedSet2,
        HashValue { Expiry: not null } => RdbType.HashMetadata,
        HashValue hash => hash.Packed != null ? RdbType.HashListPack : RdbType.Hash,
        _ => throw new InvalidOperationException($"A {value.Type} has no RDB form."),
    };

    /// <summary>Writes a whole value.</summary>
    public void Write(in RedisValue value, RdbOutput output)
    {
        Begin(value, output);
        while (IsUnfinished)
            Continue(output, long.MaxValue);
    }

    /// <summary>Writes a value that is small; of a large one what comes before its elements, the rest being left to <see cref="Continue"/>.</summary>
    public void Begin(in RedisValue value, RdbOutput output)
    {
        _value = value;
        _next = 0;
        IsUnfinished = true;
        switch (value.Object)
        {
            case null:
                WriteString(value, output);
                IsUnfinished = false;
                break;
            case QuickList list:
                output.Length((ulong)list.NodeCount);
                _node = list.Head;
                break;
            case SetValue { Integers: { } integers }:
                WritePacked(integers.Bytes, output);
                break;
            case SortedSetValue { Packed: { } pack }:
                WritePacked(pack.Bytes, output);
                break;
            case HashValue { Expiry: null, Packed: { } pack }:
                WritePacked(pack.Bytes, output);
                break;
            case HashValue { Expiry: { } expiry } hash:
                output.Int64LittleEndian(expiry.Earliest);
                output.Length((ulong)hash.Count);
                break;
            case SortedSetValue { Table: { } table }:
                output.Length((ulong)table.Count);
                if (_isDump && table.Count > 0)
                    _entry = table.Order.Seek(table.Count - 1);
                break;
            default:
                output.Length((ulong)value.Object.Count);
                break;
        }
    }

    /// <summary>Writes on, until the output holds <paramref name="limit"/> bytes in all or the value is finished.</summary>
    public void Continue(RdbOutput output, long limit)
    {
        switch (_value.Object)
        {
            case QuickList:
                ContinueList(output, limit);
                break;
            case SetValue set:
                for (; _next < set.Count && output.Count < limit; _next++)
                    WriteElement(set[_next], output);
                IsUnfinished = _next < set.Count;
                break;
            case SortedSetValue set:
                ContinueSortedSet(set.Table!, output, limit);
                break;
            case HashValue hash:
                ContinueHash(hash, output, limit);
                break;
        }

        if (!IsUnfinished)
            _value = default;
    }

    private static void WriteString(in RedisValue value, RdbOutput output)
    {
        if (value.IsInteger && value.TryGetInteger(out long integer))
            output.IntegerString(integer);
        else
            output.String(value.AsSpan(default));
    }

    private static void WriteElement(PackedElement element, RdbOutput output)
    {
        if (element.IsInteger)
            output.IntegerString(element.Integer);
        else
            output.String(element.Text);
    }

    private void WritePacked(ReadOnlySpan<byte> bytes, RdbOutput output)
    {
        output.String(bytes);
        IsUnfinished = false;
    }

    private void ContinueList(RdbOutput output, long limit)
    {
        while (_node != null && output.Count < limit)
        {
            output.Length((ulong)(_node.IsPlain ? RdbFormat.QuickListPlain : RdbFormat.QuickListPacked));
            if (_node.IsPlain)
                WriteElement(_node.Pack[_node.Pack.First], output);
            else
                output.String(_node.Pack.Bytes);
            _node = _node.Next;
        }

        IsUnfinished = _node != null;
    }

    private void ContinueHash(HashValue hash, RdbOutput output, long limit)
    {
        Span<byte> scratch = stackalloc byte[Numbers.MaxIntegerLength];
        for (; _next < hash.Count && output.Count < limit; _next++)
        {
            HashField field = hash.FieldAt(_next);
            if (hash.Expiry is { } expiry)
            {
                long time = expiry.TimeOf(field.Name.AsText(scratch));
                output.Length(time < 0 ? 0 : (ulong)(time - expiry.Earliest + 1));
            }

            WriteElement(field.Name, output);
            WriteElement(field.Value, output);
        }

        IsUnfinished = _next < hash.Count;
    }

    private void ContinueSortedSet(SortedSetTable table, RdbOutput output, long limit)
    {
        for (; _next < table.Count && output.Count < limit; _next++)
        {
            if (_isDump)
            {
                output.String(_entry.Member);
                output.Double(_entry.Score);
                _entry.MovePrevious();
            }
            else
            {
                output.String(table.Members.KeyAt(_next));
                output.Double(table.Members.ValueAt(_next));
            }
        }

        IsUnfinished = _next < table.Count;
    }
}
