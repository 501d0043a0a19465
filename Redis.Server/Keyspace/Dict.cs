using System.Numerics;
using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>
/// A hash table from byte strings to <typeparamref name="TValue"/>. Entries lie densely in chunks, numbered 0 to Count - 1:
/// an added one goes to the end, and the last one takes the place of a removed one. So a random entry is one index away, and the
/// order depends only on what was done, not on hashes: entries written out in order and added again in that order make
/// an equal Dict (a restored replica picks the same SPOP member). Buckets hold entry numbers and are rehashed in steps,
/// a few with each change; <see cref="Scan"/> has the guarantees of Redis's SCAN under any growth and shrinking.
/// </summary>
internal sealed class Dict<TValue>
{
    private const int ChunkBits = 10;
    private const int ChunkSize = 1 << ChunkBits;
    private const int MinBuckets = 4;
    private const int GrowingStep = 4;
    private const int ShrinkingStep = 16;

    // This object, and the headers of the arrays of chunks and buckets.
    private const int OwnBytes = 72 + 2 * ArrayHeader;
    private const int ArrayHeader = 24;

    private Entry[][] _chunks = []; // the last ones may be null: room for more
    private int _chunkCount;
    private int[] _buckets = new int[MinBuckets];
    private int[]? _target;
    private int _migrated;

    // Chunks that a frozen copy still reads: copied before a key or value in them changes. Links are not what a copy reads.
    private bool[]? _isShared;

    private struct Entry
    {
        public byte[] Key;
        public uint Hash;

        /// <summary>A link, as in a bucket: the next entry's number + 1, 0 at the end of the chain.</summary>
        public int Next;
        public TValue Value;
    }

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes the table itself takes, keys and values not counted. Any thread: while the table grows, about.</summary>
    public long TableBytes
    {
        get
        {
            Entry[][] chunks = _chunks;
            int count = Math.Min(_chunkCount, chunks.Length); // the two may be of different moments
            long entries = count == 1 ? chunks[0]?.Length ?? 0 : (long)count * ChunkSize; // only the first chunk starts small
            return OwnBytes + entries * Unsafe.SizeOf<Entry>() + (8L * chunks.Length) + ((long)count * ArrayHeader)
                + 4L * (_buckets.Length + (_target?.Length ?? 0));
        }
    }

    /// <summary>Bytes of a table for each entry, on average: itself, and one to two buckets.</summary>
    public static int BytesAnEntry => Unsafe.SizeOf<Entry>() + 6;

    /// <summary>Whether buckets are on the way to a larger or smaller table.</summary>
    public bool IsRehashing => _target != null;

    /// <summary>The entry's number, or -1. Numbers change when an entry is removed.</summary>
    public int IndexOf(ReadOnlySpan<byte> key)
    {
        return IndexOf(key, (uint)SipHash.Hash(key));
    }

    private int IndexOf(ReadOnlySpan<byte> key, uint hash)
    {
        int link = Bucket(hash);
        while (link != 0)
        {
            ref Entry entry = ref At(link - 1);
            if (entry.Hash == hash && key.SequenceEqual(KeyOf(ref entry)))
                return link - 1;
            link = entry.Next;
        }

        return -1;
    }

    /// <summary>The hash that lookups of <paramref name="key"/> use; asks for the bucket it leads to.</summary>
    public uint PrefetchBucket(ReadOnlySpan<byte> key)
    {
        uint hash = (uint)SipHash.Hash(key);
        Prefetch.Struct(ref Bucket(hash));
        return hash;
    }

    /// <summary>Asks for the first entry of a hash's bucket and answers its number, or -1.</summary>
    public int PrefetchEntry(uint hash)
    {
        int index = Bucket(hash) - 1;
        if (index >= 0)
            Prefetch.Struct(ref At(index));
        return index;
    }

    /// <summary>The key's value by reference, or a null reference (<see cref="Unsafe.IsNullRef{T}"/>). Good until the next add or remove.</summary>
    public ref TValue Find(ReadOnlySpan<byte> key)
    {
        int index = IndexOf(key);
        return ref index < 0 ? ref Unsafe.NullRef<TValue>() : ref ValueAt(index);
    }

    /// <summary>Whether the key is there.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => IndexOf(key) >= 0;

    /// <summary>The key's value by reference; an absent key is added (its bytes copied) with a default value.</summary>
    public ref TValue GetOrAdd(ReadOnlySpan<byte> key, out bool existed)
    {
        return ref ValueAt(GetOrAddIndex(key, out existed));
    }

    /// <summary>As <see cref="GetOrAdd"/>, giving the entry's number.</summary>
    /// <param name="key">The key.</param>
    /// <param name="existed">Whether it was there.</param>
    /// <param name="room">Bytes behind an added key, for a value that lies there: see <see cref="ArrayOf"/>.</param>
    public int GetOrAddIndex(ReadOnlySpan<byte> key, out bool existed, int room = 0)
    {
        uint hash = (uint)SipHash.Hash(key);
        int index = IndexOf(key, hash);
        existed = index >= 0;
        if (existed)
            return index;
        byte[] array = GC.AllocateUninitializedArray<byte>(key.Length + room);
        key.CopyTo(array);
        return Add(array, hash);
    }

    /// <summary>Adds a key, whose array is the table's from now on, with a default value; its number, or -1 when it is there.</summary>
    public int TryAdd(byte[] key)
    {
        uint hash = (uint)SipHash.Hash(key);
        return IndexOf(key, hash) >= 0 ? -1 : Add(key, hash);
    }

    /// <summary>The key of entry <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => KeyOf(ref At(index));

    /// <summary>The key of entry <paramref name="index"/> as an array, which is never changed and may be kept. Not of a keyspace's keys.</summary>
    public byte[] KeyArrayAt(int index) => At(index).Key;

    /// <summary>
    /// The array with the key of entry <paramref name="index"/>. In a keyspace's table a small string lies behind the key
    /// (<see cref="KeyEntry"/>): one object a key instead of two, and all that GET reads in one place.
    /// </summary>
    public ref byte[] ArrayOf(int index)
    {
        if (_isShared != null)
            Own(index);
        return ref At(index).Key;
    }

    /// <summary>The value of entry <paramref name="index"/>.</summary>
    public ref TValue ValueAt(int index)
    {
        if (_isShared != null)
            Own(index);
        return ref At(index).Value;
    }

    /// <summary>Whether there is a frozen copy that may still read these values: bytes in them must not be changed in place.</summary>
    public bool IsShared => _isShared != null;

    /// <summary>
    /// The entries as they are now, for reading by number, in the time it takes to copy one reference for 1024 of them. Changes
    /// to this table copy what they meet first.
    /// </summary>
    public Dict<TValue> Freeze()
    {
        _isShared = new bool[_chunkCount];
        Array.Fill(_isShared, true);
        return new Dict<TValue> { _chunks = (Entry[][])_chunks.Clone(), _chunkCount = _chunkCount, Count = Count };
    }

    /// <summary>Removes the key; false when it is absent.</summary>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        int index = IndexOf(key);
        if (index < 0)
            return false;
        RemoveAt(index);
        return true;
    }

    /// <summary>Removes entry <paramref name="index"/>; the last entry takes its number.</summary>
    public void RemoveAt(int index)
    {
        if (_isShared != null)
        {
            Own(index);
            Own(Count - 1);
        }

        ref Entry entry = ref At(index);
        LinkTo(entry.Hash, index) = entry.Next;
        int last = Count - 1;
        ref Entry moved = ref At(last);
        if (index != last)
        {
            LinkTo(moved.Hash, last) = index + 1;
            entry = moved;
        }

        moved = default;
        Count = last;
        // One empty chunk stays, so that a count that swings about a boundary does not allocate.
        int needed = (last >> ChunkBits) + 2;
        if (_chunkCount > needed)
            RemoveLastChunk();
        if (_target == null && _buckets.Length > MinBuckets && Count < _buckets.Length / 8)
            StartRehash(Math.Max(MinBuckets, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(Count, 1))));
        Step();
    }

    /// <summary>Gives entries other numbers: entry i becomes entry <paramref name="numbers"/>[i].</summary>
    public void Renumber(ReadOnlySpan<int> numbers)
    {
        Entry[][] old = _chunks;
        int count = Count;
        _chunks = new Entry[old.Length][];
        for (int i = 0; i < _chunkCount; i++)
            _chunks[i] = new Entry[old[i].Length];
        _buckets = new int[_target?.Length ?? _buckets.Length];
        _target = null;
        for (int i = 0; i < count; i++)
            At(numbers[i]) = old[i >> ChunkBits][i & (ChunkSize - 1)];
        // As if they had been added in this order.
        for (int i = 0; i < count; i++)
        {
            ref Entry entry = ref At(i);
            ref int bucket = ref Bucket(entry.Hash);
            entry.Next = bucket;
            bucket = i + 1;
        }
    }

    /// <summary>Makes an empty table as large as so many entries will need, so that it need not grow step by step.</summary>
    public void Reserve(int count)
    {
        if (Count == 0 && _target == null && count > _buckets.Length)
            _buckets = new int[(int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)count), 1 << 30)];
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _chunks = [];
        _chunkCount = 0;
        _buckets = new int[MinBuckets];
        _target = null;
        _isShared = null;
        _migrated = 0;
        Count = 0;
    }

    /// <summary>
    /// One step of SCAN (Redis's dictScan, Pieter Noordhuis's reverse binary iteration): appends the numbers of a bucket's
    /// entries to <paramref name="found"/> and returns the next cursor, 0 at the end. Every entry that is there from
    /// start to end is seen, whatever is added, removed or rehashed in between; some may be seen twice.
    /// </summary>
    public ulong Scan(ulong cursor, List<int> found)
    {
        int[] small = _buckets, large = _buckets;
        if (_target != null)
        {
            small = _target.Length < _buckets.Length ? _target : _buckets;
            large = _target.Length < _buckets.Length ? _buckets : _target;
        }

        ulong smallMask = (ulong)small.Length - 1, largeMask = (ulong)large.Length - 1;
        if (_target != null)
            Collect(small, cursor & smallMask, found);
        do
        {
            Collect(large, cursor & largeMask, found);
            cursor = Reverse(Reverse(cursor | ~largeMask) + 1);
        }
        while ((cursor & (smallMask ^ largeMask)) != 0);
        return cursor;
    }

    private void Collect(int[] buckets, ulong bucket, List<int> found)
    {
        for (int link = buckets[bucket]; link != 0; link = At(link - 1).Next)
            found.Add(link - 1);
    }

    private int Add(byte[] key, uint hash)
    {
        if (_target == null && Count >= _buckets.Length && _buckets.Length < 1 << 30)
            StartRehash(_buckets.Length * 2);
        Step();
        int index = Count;
        EnsureRoom(index);
        if (_isShared != null)
            Own(index);
        ref Entry entry = ref At(index);
        entry.Key = key;
        entry.Hash = hash;
        ref int bucket = ref Bucket(entry.Hash);
        entry.Next = bucket;
        bucket = index + 1;
        Count++;
        return index;
    }

    private void EnsureRoom(int index)
    {
        int chunk = index >> ChunkBits;
        if (chunk == _chunkCount)
        {
            if (chunk == _chunks.Length)
                Array.Resize(ref _chunks, chunk + chunk / 8 + 1);
            _chunks[chunk] = new Entry[chunk == 0 ? MinBuckets : ChunkSize];
            _chunkCount++;
        }

        // Only the first chunk starts small.
        if ((index & (ChunkSize - 1)) == _chunks[chunk].Length)
            Array.Resize(ref _chunks[chunk], _chunks[chunk].Length * 2);
    }

    private void RemoveLastChunk()
    {
        _chunks[--_chunkCount] = null!;
        if (_chunkCount < _chunks.Length / 2)
            Array.Resize(ref _chunks, _chunkCount);
    }

    /// <summary>Gives this table a chunk of its own in place of one it shares.</summary>
    private void Own(int index)
    {
        int chunk = index >> ChunkBits;
        if (chunk >= _isShared!.Length || !_isShared[chunk])
            return;
        _chunks[chunk] = (Entry[])_chunks[chunk].Clone();
        _isShared[chunk] = false;
    }

    // Decided when the table's type is compiled: nobody else pays for what a keyspace's entries do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> KeyOf(ref Entry entry) => typeof(TValue) == typeof(KeyEntry)
        ? entry.Key.AsSpan(0, Unsafe.As<TValue, KeyEntry>(ref entry.Value).KeyLengthIn(entry.Key))
        : entry.Key;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry At(int index) => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>The bucket of a hash. While rehashing, a bucket of the old table that has been migrated lives in the new one.</summary>
    private ref int Bucket(uint hash)
    {
        int old = (int)(hash & (uint)(_buckets.Length - 1));
        if (_target == null || old >= _migrated)
            return ref _buckets[old];
        return ref _target[hash & (uint)(_target.Length - 1)];
    }

    /// <summary>The link that leads to entry <paramref name="index"/>: its bucket, or the Next before it.</summary>
    private ref int LinkTo(uint hash, int index)
    {
        ref int link = ref Bucket(hash);
        while (link != index + 1)
            link = ref At(link - 1).Next;
        return ref link;
    }

    private void StartRehash(int size)
    {
        _target = new int[size];
        _migrated = 0;
    }

    private void Step()
    {
        if (_target == null)
            return;
        // A table that shrinks is nearly empty: its buckets are cheap, and fewer changes may follow to pay for them.
        int step = _target.Length > _buckets.Length ? GrowingStep : ShrinkingStep;
        int end = Math.Min(_migrated + step, _buckets.Length);
        while (_migrated < end)
        {
            int link = _buckets[_migrated];
            while (link != 0)
            {
                ref Entry entry = ref At(link - 1);
                ref int bucket = ref _target[entry.Hash & (uint)(_target.Length - 1)];
                (link, entry.Next, bucket) = (entry.Next, bucket, link);
            }

            _buckets[_migrated++] = 0;
        }

        if (_migrated == _buckets.Length)
        {
            _buckets = _target;
            _target = null;
        }
    }

    private static ulong Reverse(ulong value)
    {
        value = (value >> 1 & 0x5555555555555555) | (value & 0x5555555555555555) << 1;
        value = (value >> 2 & 0x3333333333333333) | (value & 0x3333333333333333) << 2;
        value = (value >> 4 & 0x0F0F0F0F0F0F0F0F) | (value & 0x0F0F0F0F0F0F0F0F) << 4;
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
