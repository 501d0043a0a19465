using System.Buffers.Binary;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// A snapshot of the keyspace as it is when it begins, written bit by bit between applies without a fork. It walks the keys by number;
/// one that is about to change, go or get another number before it is reached is saved first. A large value is frozen then, which
/// takes no time, and written in parts later; so is one that the walk reaches.
/// </summary>
/// <remarks>Lives on the application thread; only the <see cref="SnapshotSink"/> is shared.</remarks>
internal sealed class SnapshotView : ISnapshotView, IDisposable
{
    private const int ChunkSize = 256 * 1024;

    // What passing over a key that is saved already counts as, in bytes.
    private const int SkipCost = 8;

    // A collection of more bytes than this is frozen and written in parts.
    private const int LargeValue = 64 * 1024;

    // Pairs of four byte numbers in one field of keys out of order.
    private const int OrderFieldLength = 64 * 1024;

    private readonly Keyspace _keyspace;
    private readonly SnapshotSink _sink;
    private readonly RdbOutput _output;
    private readonly RdbOutput _early;
    private readonly RdbValueWriter _walked = new(isDump: false);
    private readonly RdbValueWriter _hurried = new(isDump: false);
    private readonly byte[] _order = new byte[OrderFieldLength];
    private readonly Queue<FrozenKey> _frozen = new();
    private readonly List<FrozenString> _strings = [];
    private Dict<KeyEntry> _keys = null!;
    private ExpiryHeap _expiries = null!;
    private byte _epoch;
    private int _orderLength;
    private int _next;
    private bool _isEnded;

    // The string that is being written in pieces; of _strings the first.
    private FrozenString? _string;

    private SnapshotView(Keyspace keyspace, SnapshotSink sink, bool compress)
    {
        _keyspace = keyspace;
        _sink = sink;
        _output = new RdbOutput(compress, sink, ChunkSize);
        _early = new RdbOutput(compress);
    }

    /// <summary>Whether everything is in the sink.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Keys saved so far.</summary>
    public int KeysSaved { get; private set; }

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _output.Count;

    /// <summary>Begins a snapshot of the keyspace as it is now. One at a time.</summary>
    /// <param name="keyspace">The keys.</param>
    /// <param name="extras">What the file holds besides keys.</param>
    /// <param name="sink">Where the file goes.</param>
    /// <param name="compress">rdbcompression: whether long strings are compressed.</param>
    public static SnapshotView Begin(Keyspace keyspace, RdbExtras extras, SnapshotSink sink, bool compress)
    {
        SnapshotView view = new(keyspace, sink, compress);
        RdbFile.WriteHeader(view._output, extras, keyspace.Now, keyspace.UsedMemory);
        RdbFile.WriteDatabase(view._output, keyspace.Count, keyspace.ExpiringCount);
        keyspace.BeginSnapshot(view);
        return view;
    }

    /// <summary>
    /// Saves on, about <paramref name="budget"/> bytes; nothing while the sink is full. True when finished or aborted (see
    /// <see cref="SnapshotSink.IsAborted"/>): then it need not be called again.
    /// </summary>
    public bool Step(int budget)
    {
        if (_isEnded || _sink.IsAborted)
        {
            End();
            return true;
        }

        if (_sink.IsFull)
            return false;
        long limit = _output.Count + budget;
        while (_output.Count < limit)
        {
            if (IsAmidLarge)
            {
                ContinueLarge(limit);
            }
            else if (_frozen.TryDequeue(out FrozenKey? frozen))
            {
                BeginFrozen(frozen);
            }
            else if (_next >= _keys.Count)
            {
                Finish();
                return true;
            }
            else if (_keys.ValueAt(_next).SnapshotEpoch == _epoch)
            {
                _next++;
                limit -= SkipCost;
            }
            else if (Freeze(_next, isWalked: true) is { } large)
            {
                _next++;
                BeginFrozen(large);
            }
            else
            {
                WriteKey(_next, _walked, _output);
                _keys.ValueAt(_next++).SnapshotEpoch = _epoch;
            }
        }

        return false;
    }

    /// <summary>Gives up; the writing side is told.</summary>
    public void Abort()
    {
        _sink.Abort();
        End();
    }

    /// <summary>Gives up if it is not finished.</summary>
    public void Dispose()
    {
        if (!_isEnded)
            Abort();
    }

    void ISnapshotView.Begin(Dict<KeyEntry> keys, ExpiryHeap expiries, byte epoch)
    {
        _keys = keys;
        _expiries = expiries;
        _epoch = epoch;
    }

    void ISnapshotView.Save(int index)
    {
        if (Freeze(index, isWalked: false) is { } frozen)
        {
            _frozen.Enqueue(frozen);
            return;
        }

        // Amid a large value there is no place for another: it waits until that is finished.
        RdbOutput output = IsAmidLarge ? _early : _output;
        NoteOutOfOrder(index, output);
        WriteKey(index, _hurried, output);
        _keys.ValueAt(index).SnapshotEpoch = _epoch;
    }

    void ISnapshotView.Save(Span<byte> buffer, int start, int count)
    {
        foreach (FrozenString frozen in _strings)
        {
            if (frozen.IsIn(buffer))
                frozen.Save(start, count);
        }
    }

    private bool IsAmidLarge => _walked.IsUnfinished || _string != null;

    private void ContinueLarge(long limit)
    {
        if (_string is { } text)
        {
            while (!text.IsFinished && _output.Count < limit)
                _output.Raw(text.Take());
            if (!text.IsFinished)
                return;
            _strings.Remove(text);
            _string = null;
        }
        else
        {
            _walked.Continue(_output, limit);
            if (_walked.IsUnfinished)
                return;
        }

        _output.Raw(_early.Written);
        _early.Clear();
    }

    /// <summary>A large value as it is now, which counts as saved; null when the value is not large.</summary>
    private FrozenKey? Freeze(int index, bool isWalked)
    {
        ref KeyEntry entry = ref _keys.ValueAt(index);
        FrozenString? text = entry.Value.FreezeString();
        if (text is not null)
            _strings.Add(text);
        else if (entry.Value.Object is not { } large || large.MemoryBytes <= LargeValue)
            return null;
        entry.SnapshotEpoch = _epoch;
        RedisValue value = entry.Value.Object is { } collection ? new RedisValue(collection.Freeze()) : default;
        return new FrozenKey(isWalked ? -1 : index, _keys.KeyAt(index).ToArray(), value, text, ExpiryOf(entry));
    }

    private void BeginFrozen(FrozenKey key)
    {
        if (key.Number >= 0)
            NoteOutOfOrder(key.Number, _output);
        if (key.Text is { } text)
        {
            RdbFile.WriteKey(_output, key.Name, RdbType.String, key.Expiry);
            _output.Length((ulong)text.Length);
            _string = text;
            KeysSaved++;
            return;
        }

        BeginKey(key.Name, key.Value, key.Expiry, _walked, _output);
    }

    /// <summary>Writes a key whose value is not large.</summary>
    private void WriteKey(int index, RdbValueWriter writer, RdbOutput output)
    {
        ref KeyEntry entry = ref _keys.ValueAt(index);
        BeginKey(_keys.KeyAt(index), entry.Value, ExpiryOf(entry), writer, output);
        while (writer.IsUnfinished)
            writer.Continue(output, long.MaxValue);
    }

    private void BeginKey(ReadOnlySpan<byte> name, in RedisValue value, long expiry, RdbValueWriter writer, RdbOutput output)
    {
        RdbFile.WriteKey(output, name, RdbValueWriter.TypeOf(value), expiry);
        writer.Begin(value, output);
        KeysSaved++;
    }

    private long ExpiryOf(in KeyEntry entry) => entry.ExpirySlot == 0 ? -1 : _expiries.TimeOf(entry.ExpirySlot);

    /// <summary>
    /// Remembers that the next key of the file has this number, so that a loader can put it there. A saved key kept its number until now,
    /// as one is saved before it gets another.
    /// </summary>
    private void NoteOutOfOrder(int index, RdbOutput output)
    {
        Span<byte> pair = _order.AsSpan(_orderLength);
        BinaryPrimitives.WriteInt32LittleEndian(pair, KeysSaved);
        BinaryPrimitives.WriteInt32LittleEndian(pair[4..], index);
        _orderLength += 8;
        if (_orderLength == _order.Length)
            FlushOrder(output);
    }

    private void FlushOrder(RdbOutput output)
    {
        if (_orderLength > 0)
            RdbFile.WriteField(output, RdbFile.OrderField, _order.AsSpan(0, _orderLength));
        _orderLength = 0;
    }

    private void Finish()
    {
        FlushOrder(_output);
        _output.Byte((byte)RdbOpcode.Eof);
        _output.Flush();
        _sink.Complete();
        IsFinished = true;
        End();
    }

    private void End()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        _strings.Clear();
        _keyspace.EndSnapshot(this);
        _output.Dispose();
        _early.Dispose();
    }

    /// <param name="Number">Its number then; -1: the walk reached it, so it stands in its order.</param>
    /// <param name="Name">The key.</param>
    /// <param name="Value">A collection; none for a long string.</param>
    /// <param name="Text">The long string.</param>
    /// <param name="Expiry">When it expires; -1: never.</param>
    private sealed record FrozenKey(int Number, byte[] Name, RedisValue Value, FrozenString? Text, long Expiry);
}
