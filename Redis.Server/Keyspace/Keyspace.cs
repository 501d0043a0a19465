using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>
/// All keys of the one database: a pure state machine. Time comes in as <see cref="Now"/>. Reads change nothing that
/// replicas could see: a key that is due is absent to them but stays until an entry removes it. Every change passes
/// <see cref="FindForWrite(ReadOnlySpan{byte})"/>, <see cref="Set"/>, <see cref="Store"/>, <see cref="Remove"/> or an expiry
/// method, which save the old value to a snapshot in progress first.
/// </summary>
internal sealed class Keyspace
{
    private Dict<KeyEntry> _keys = new();
    private ExpiryHeap _expiries;
    private ExpiryTable _fieldExpiries = new();
    private readonly List<RedisObject> _changing = [];
    private long _now;
    private int _accessSeconds;
    private long _dataBytes;
    private ISnapshotView? _snapshot;
    private WatchTable? _watched;

    public Keyspace() => _expiries = new ExpiryHeap(_keys);

    /// <summary>Cluster time in milliseconds since the Unix epoch: the time of the last entry applied.</summary>
    public long Now
    {
        get => _now;
        set
        {
            _now = value;
            _accessSeconds = (int)(value / 1000) & 0xFFFFFF;
        }
    }

    /// <summary>CLIENT NO-TOUCH of the client whose command runs: it does not count as a use of the keys that are there.</summary>
    public bool LeavesAccessTimes { get; set; }

    /// <summary>
    /// During a read the leader's own clock, else 0. A key that is due by it but not yet by <see cref="Now"/> sets
    /// <see cref="MetDueKey"/>: the read must wait until cluster time has caught up.
    /// </summary>
    public long LeaderClock { get; set; }

    /// <summary>Whether a read met a key that is due by <see cref="LeaderClock"/> only; reset by the reader.</summary>
    public bool MetDueKey { get; set; }

    /// <summary>Hears of changes; null when nobody listens.</summary>
    public IKeyspaceObserver? Observer { get; private set; }

    /// <summary>The commands that wait for keys.</summary>
    public BlockedClients Blocked { get; } = new();

    /// <summary>Number of keys, due ones that are not yet removed included (DBSIZE).</summary>
    public int Count => _keys.Count;

    /// <summary>Number of keys with an expiry.</summary>
    public int ExpiringCount => _expiries.Count;

    /// <summary>When the next key, or field of a hash, falls due; long.MaxValue when none will.</summary>
    public long EarliestExpiry => Math.Min(_expiries.EarliestTime, _fieldExpiries.Earliest);

    /// <summary>Mean remaining life of the expiring keys in milliseconds.</summary>
    public double AverageTtl => _expiries.AverageTtl(Now);

    /// <summary>Estimated bytes of all keys, values and tables.</summary>
    public long UsedMemory => _dataBytes + _keys.TableBytes + _expiries.TableBytes + _fieldExpiries.MemoryBytes;

    /// <summary>The part of <see cref="UsedMemory"/> that is neither keys nor values.</summary>
    public long TableBytes => UsedMemory - _dataBytes;

    /// <summary>Number of the snapshot in progress or of the last one; keys remember the last that has them.</summary>
    public byte SnapshotEpoch { get; private set; }

    /// <summary>Keys removed because they were due, since start (INFO expired_keys).</summary>
    public long ExpiredKeys { get; private set; }

    /// <summary>Lookups by reads that found their key (INFO keyspace_hits).</summary>
    public long Hits { get; private set; }

    /// <summary>Lookups by reads that did not (INFO keyspace_misses).</summary>
    public long Misses { get; private set; }

    /// <summary>Asks for where a key's entry is to be found; the answer is for <see cref="PrefetchKeys"/>.</summary>
    public uint PrefetchBucket(ReadOnlySpan<byte> key) => _keys.PrefetchBucket(key);

    /// <summary>
    /// Prepares lookups of several keys. Each follows a chain through memory (bucket, entry, name and value) that is rarely
    /// in the cache; for keys that are known ahead all the chains are waited for together.
    /// </summary>
    public void PrefetchKeys(ReadOnlySpan<uint> hashes) => Prefetch.Entries(_keys, hashes);

    /// <summary>The key's value for reading; none when it is absent or due.</summary>
    public RedisValue Find(ReadOnlySpan<byte> key)
    {
        ref KeyEntry entry = ref _keys.Find(key);
        if (Unsafe.IsNullRef(ref entry) || IsGone(in entry))
        {
            Answered(key, isFound: false);
            return default;
        }

        Hits++;
        if (!LeavesAccessTimes) entry.AccessSeconds = _accessSeconds;
        return entry.Value;
    }

    /// <summary>Counts a lookup that answers the client, by a command that finds the value in its own way.</summary>
    public void Answered(ReadOnlySpan<byte> key, bool isFound, bool tells = true)
    {
        Hits += isFound ? 1 : 0;
        Misses += isFound ? 0 : 1;
        if (tells && !isFound)
            Observer?.Event(EventClass.KeyMiss, "keymiss"u8, key);
    }

    /// <summary>As <see cref="Find"/>, but not a use of the key: no hit or miss, no access time (OBJECT, TYPE, SCAN, DEBUG).</summary>
    public RedisValue Peek(ReadOnlySpan<byte> key)
    {
        ref KeyEntry entry = ref _keys.Find(key);
        return Unsafe.IsNullRef(ref entry) || IsGone(in entry) ? default : entry.Value;
    }

    /// <summary>The key's value for changing it in place; none when absent. A due key is removed.</summary>
    public RedisValue FindForWrite(ReadOnlySpan<byte> key) => FindForWrite(key, out _);

    /// <summary>As <see cref="FindForWrite(ReadOnlySpan{byte})"/>; <paramref name="entry"/> is for <see cref="Store"/> and good until a key is added or removed.</summary>
    public RedisValue FindForWrite(ReadOnlySpan<byte> key, out int entry)
    {
        entry = _keys.IndexOf(key);
        if (entry < 0)
            return default;
        ref KeyEntry found = ref _keys.ValueAt(entry);
        if (IsGone(in found))
        {
            Expire(entry);
            entry = -1;
            return default;
        }

        SaveToSnapshot(entry);
        if (!LeavesAccessTimes) found.AccessSeconds = _accessSeconds;
        if (found.Value.Object is { } value)
            Changing(value);
        return found.Value;
    }

    /// <summary>The buffer of a string that was found for writing, of which so many bytes are about to change.</summary>
    public Span<byte> BufferForChange(in RedisValue value, int start, int count)
    {
        _snapshot?.Save(value.Buffer, start, count);
        return value.Buffer;
    }

    /// <summary>Puts another value in the place of the one that <see cref="FindForWrite(ReadOnlySpan{byte}, out int)"/> found. The expiry stays.</summary>
    public void Store(int entry, RedisValue value)
    {
        ref KeyEntry found = ref _keys.ValueAt(entry);
        Release(found.Value);
        found.Take(value, ref _keys.ArrayOf(entry));
        Account(found.Value);
    }

    /// <summary>Gives the key a value, whatever it had before; its expiry goes unless <paramref name="keepExpiry"/>.</summary>
    public void Set(ReadOnlySpan<byte> key, RedisValue value, bool keepExpiry = false)
    {
        int entry = Prepare(key, keepExpiry);
        bool isNew = _keys.ValueAt(entry).Value.IsNone;
        Store(entry, value);
        if (value.Object == null)
            return;
        if (isNew)
            Blocked.KeyAppeared(key); // as in Redis, where a value that takes another's place wakes nobody
        if (value.Object is HashValue { Expiry: not null } hash)
            WatchFields(key, hash);
    }

    /// <summary>Gives the key a string, written over the old one's memory where it fits.</summary>
    public void SetString(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool keepExpiry = false)
    {
        int entry = Prepare(key, keepExpiry, value.Length);
        ref KeyEntry found = ref _keys.ValueAt(entry);
        Release(found.Value);
        found.TakeString(value, key.Length, ref _keys.ArrayOf(entry));
        Account(found.Value);
    }

    /// <summary>Removes the key; false when it is absent or was due (then it is removed as expired).</summary>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        int entry = _keys.IndexOf(key);
        if (entry < 0)
            return false;
        if (IsGone(in _keys.ValueAt(entry)))
        {
            Expire(entry);
            return false;
        }

        RemoveEntry(entry);
        return true;
    }

    /// <summary>When the key expires: absolute milliseconds, or -1 when it does not. For a key that was found.</summary>
    public long ExpiryOf(ReadOnlySpan<byte> key)
    {
        ref KeyEntry entry = ref _keys.Find(key);
        return Unsafe.IsNullRef(ref entry) || entry.ExpirySlot == 0 ? -1 : _expiries.TimeOf(entry.ExpirySlot);
    }

    /// <summary>Makes the key expire at <paramref name="at"/> (absolute milliseconds). The key must be there.</summary>
    public void SetExpiry(ReadOnlySpan<byte> key, long at)
    {
        int entry = _keys.IndexOf(key);
        SaveToSnapshot(entry);
        _expiries.Set(entry, at);
    }

    /// <summary>Takes the key's expiry away; false when it had none.</summary>
    public bool ClearExpiry(ReadOnlySpan<byte> key)
    {
        int entry = _keys.IndexOf(key);
        if (entry < 0)
            return false;
        SaveToSnapshot(entry);
        return _expiries.Remove(entry);
    }

    /// <summary>
    /// Removes keys due at <see cref="Now"/>, soonest first, at most <paramref name="budget"/> of them. Returns how many. The
    /// same on every replica, as it depends on the expiry times and the key names alone.
    /// </summary>
    public int ExpireDue(int budget)
    {
        int expired = 0;
        while (expired < budget && _expiries.EarliestTime < Now)
        {
            Expire(_expiries.EarliestEntry);
            expired++;
        }

        while (expired < budget && _fieldExpiries.Earliest < Now)
            expired += ExpireFields(_fieldExpiries.EarliestName, budget - expired);
        return expired;
    }

    /// <summary>After fields of a hash got or lost expiry times: <see cref="ExpireDue"/> will look at it in time.</summary>
    public void WatchFields(ReadOnlySpan<byte> key, HashValue hash)
    {
        if (hash.Expiry is { } fields)
            _fieldExpiries.Set(key, fields.Earliest);
        else if (_fieldExpiries.Count > 0)
            _fieldExpiries.Remove(key);
    }

    /// <summary>From now on the observer hears of changes.</summary>
    public void Observe(IKeyspaceObserver observer) =>
        Observer = Observer == null ? observer : new KeyspaceObservers([.. Listening.Where(other => other != observer), observer]);

    /// <summary>The observer hears no more.</summary>
    public void Ignore(IKeyspaceObserver observer)
    {
        IKeyspaceObserver[] left = [.. Listening.Where(other => other != observer)];
        Observer = left.Length > 1 ? new KeyspaceObservers(left) : left.FirstOrDefault();
    }

    /// <summary>Removes all keys.</summary>
    public void Flush()
    {
        _watched?.Flushed();
        // A snapshot in progress goes on with the old tables, which nobody changes any more.
        _snapshot = null;
        _keys = new Dict<KeyEntry>();
        _expiries = new ExpiryHeap(_keys);
        _fieldExpiries = new ExpiryTable();
        _changing.Clear();
        _dataBytes = 0;
        Observer?.Flushed();
    }

    /// <summary>Makes room for so many keys, before the first.</summary>
    public void Reserve(int keys) => _keys.Reserve(keys);

    /// <summary>
    /// Adds a key as a snapshot has it, in one go; the name's array belongs to the keyspace from now on. Expiry -1: none. False when
    /// the key is there already.
    /// </summary>
    public bool TryLoad(byte[] key, in RedisValue value, long expiry)
    {
        int entry = _keys.TryAdd(key);
        if (entry < 0)
            return false;
        ref KeyEntry added = ref _keys.ValueAt(entry);
        added.Take(value, ref _keys.ArrayOf(entry));
        added.AccessSeconds = _accessSeconds;
        added.SnapshotEpoch = SnapshotEpoch;
        long bytes = added.Value.MemoryBytes;
        _dataBytes += HeapSize.Array(key.Length) + bytes;
        if (value.Object is { } collection)
            collection.AccountedBytes = bytes;
        if (value.Object is HashValue { Expiry: not null } hash)
            WatchFields(key, hash);
        if (expiry >= 0)
            _expiries.Set(entry, expiry);
        return true;
    }

    /// <summary>Takes the keys of another keyspace, which is not used any more, in place of its own: a snapshot was loaded into it.</summary>
    public void TakeOver(Keyspace loaded)
    {
        Flush();
        _keys = loaded._keys;
        _expiries = loaded._expiries;
        _fieldExpiries = loaded._fieldExpiries;
        _dataBytes = loaded._dataBytes;
        Now = loaded.Now;
    }

    /// <summary>Says that the key's value changed, appeared or went: dirties watches (Redis's signalModifiedKey).</summary>
    public void Modified(ReadOnlySpan<byte> key)
    {
        _watched?.Modified(key);
        Observer?.Modified(key);
    }

    /// <summary>A keyspace notification, such as (String, "set", key).</summary>
    public void Notify(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key) => Observer?.Event(kind, name, key);

    /// <summary><see cref="Modified"/> and <see cref="Notify"/> in one.</summary>
    public void Modified(ReadOnlySpan<byte> key, EventClass kind, ReadOnlySpan<byte> name)
    {
        _watched?.Modified(key);
        if (Observer == null)
            return;
        Observer.Modified(key);
        Observer.Event(kind, name, key);
    }

    /// <summary>From now on changes of the key make <paramref name="watches"/> dirty. Watched as of <paramref name="term"/>.</summary>
    public void Watch(ReadOnlySpan<byte> key, WatchSet watches, long term)
    {
        RedisValue value = Peek(key);
        long expiry = value.IsNone ? -1 : ExpiryOf(key);
        long earliest = Math.Min(expiry < 0 ? long.MaxValue : expiry, value.Object?.EarliestExpiry ?? long.MaxValue);
        if (watches.Add(key, !value.IsNone, earliest, term))
            (_watched ??= new WatchTable()).Add(key, watches);
    }

    /// <summary>Clients that watch keys on this node.</summary>
    public int Watchers => _watched?.Clients ?? 0;

    /// <summary>Ends the watching of all its keys.</summary>
    public void Unwatch(WatchSet watches)
    {
        _watched?.Remove(watches);
        watches.Clear();
        if (_watched is { IsEmpty: true })
            _watched = null; // where nobody watches, writes pay one branch
    }

    /// <summary>The name of key number <paramref name="index"/>, 0 to Count - 1 (RANDOMKEY, KEYS, snapshots). Numbers change when a key is removed.</summary>
    public ReadOnlySpan<byte> KeyAt(int index) => _keys.KeyAt(index);

    /// <summary>The value of key number <paramref name="index"/>.</summary>
    public RedisValue ValueAt(int index) => _keys.ValueAt(index).Value;

    /// <summary>When key number <paramref name="index"/> expires, or -1.</summary>
    public long ExpiryAt(int index)
    {
        int slot = _keys.ValueAt(index).ExpirySlot;
        return slot == 0 ? -1 : _expiries.TimeOf(slot);
    }

    /// <summary>Whether key number <paramref name="index"/> is due and so absent to readers.</summary>
    public bool IsDueAt(int index) => IsGone(in _keys.ValueAt(index));

    /// <summary>Seconds since the key was used; for a key that was found.</summary>
    public int IdleSeconds(ReadOnlySpan<byte> key)
    {
        ref KeyEntry entry = ref _keys.Find(key);
        return Unsafe.IsNullRef(ref entry) ? 0 : (_accessSeconds - entry.AccessSeconds) & 0xFFFFFF;
    }

    /// <summary>Makes the key look as if it had not been used for so long (RESTORE IDLETIME). The key must be there.</summary>
    public void SetIdle(ReadOnlySpan<byte> key, long seconds) =>
        _keys.Find(key).AccessSeconds = (int)((_accessSeconds - seconds) & 0xFFFFFF);

    /// <summary>Estimated bytes of a key with its value and its place in the tables (MEMORY USAGE); for a key that was found.</summary>
    public long MemoryOf(ReadOnlySpan<byte> key)
    {
        ref KeyEntry entry = ref _keys.Find(key);
        return Unsafe.IsNullRef(ref entry) ? 0
            : HeapSize.Array(key.Length) + entry.Value.MemoryBytes + Dict<KeyEntry>.BytesAnEntry;
    }

    /// <summary>CONFIG RESETSTAT.</summary>
    public void ResetStatistics() => (Hits, Misses, ExpiredKeys) = (0, 0, 0);

    /// <summary>One step of SCAN: see <see cref="Dict{TValue}.Scan"/>.</summary>
    public ulong Scan(ulong cursor, List<int> found) => _keys.Scan(cursor, found);

    /// <summary>Ends the entry: what its commands did to collections goes into the memory account.</summary>
    public void EndEntry()
    {
        if (_changing.Count == 0)
            return;
        foreach (RedisObject value in _changing)
        {
            // A value that was removed meanwhile holds nothing in the account.
            if (value.AccountedBytes == 0)
                continue;
            long bytes = value.MemoryBytes;
            _dataBytes += bytes - value.AccountedBytes;
            value.AccountedBytes = bytes;
        }

        _changing.Clear();
    }

    /// <summary>
    /// From now on <paramref name="view"/> hears of every key that is as it was now and is about to change. It walks the numbers from 0
    /// itself and marks what it has saved with <see cref="SnapshotEpoch"/>.
    /// </summary>
    public void BeginSnapshot(ISnapshotView view)
    {
        if (++SnapshotEpoch == 0)
        {
            // Keys that an aborted snapshot left unmarked must not look like saved ones when the numbers come round.
            for (int i = 0; i < _keys.Count; i++)
                _keys.ValueAt(i).SnapshotEpoch = 0;
            SnapshotEpoch = 1;
        }

        _snapshot = view;
        view.Begin(_keys, _expiries, SnapshotEpoch);
    }

    /// <summary>No snapshot is in progress any more.</summary>
    public void EndSnapshot(ISnapshotView view) => _snapshot = _snapshot == view ? null : _snapshot;

    /// <summary>Gives keys other numbers: number i becomes <paramref name="numbers"/>[i] (a snapshot's order is put right).</summary>
    public void Renumber(int[] numbers)
    {
        _keys.Renumber(numbers);
        for (int i = 0; i < _keys.Count; i++)
        {
            int slot = _keys.ValueAt(i).ExpirySlot;
            if (slot != 0)
                _expiries.Renumber(slot, i);
        }
    }

    private IReadOnlyList<IKeyspaceObserver> Listening =>
        Observer is KeyspaceObservers several ? several.Listening : Observer is { } one ? [one] : [];

    /// <summary>The entry of a key that is going to hold something else: a string of <paramref name="length"/> bytes, or 0.</summary>
    private int Prepare(ReadOnlySpan<byte> key, bool keepExpiry, int length = 0)
    {
        int room = length <= RedisValue.MaxLengthBesideName ? length : 0;
        int entry = _keys.GetOrAddIndex(key, out bool existed, room);
        if (existed && IsGone(in _keys.ValueAt(entry)))
        {
            Expire(entry);
            entry = _keys.GetOrAddIndex(key, out existed, room);
        }

        ref KeyEntry found = ref _keys.ValueAt(entry);
        found.AccessSeconds = _accessSeconds;
        if (!existed)
        {
            found.SnapshotEpoch = SnapshotEpoch;
            _dataBytes += HeapSize.Array(key.Length);
            Observer?.Event(EventClass.New, "new"u8, key);
            return entry;
        }

        SaveToSnapshot(entry);
        if (found.ExpirySlot != 0 && !keepExpiry)
            _expiries.Remove(entry);
        return entry;
    }

    private bool IsDue(int expirySlot) => expirySlot != 0 && IsPast(_expiries.TimeOf(expirySlot));

    /// <summary>Whether readers do not see the key: it is due, or it is a hash whose fields all are.</summary>
    private bool IsGone(in KeyEntry entry) =>
        IsDue(entry.ExpirySlot) || (_fieldExpiries.Count > 0 && entry.Value.Object is { } value && AreAllPartsDue(value));

    private bool AreAllPartsDue(RedisObject value)
    {
        MetDueKey |= value.EarliestExpiry < LeaderClock && value.EarliestExpiry >= _now;
        return value.IsGoneAt(_now);
    }

    private bool IsPast(long expiry)
    {
        if (expiry < _now)
            return true;
        MetDueKey |= expiry < LeaderClock;
        return false;
    }

    /// <summary>Removes due fields of the hash at <paramref name="key"/>, at most <paramref name="budget"/>; answers how many.</summary>
    private int ExpireFields(byte[] key, int budget)
    {
        int entry = _keys.IndexOf(key);
        if (entry < 0 || _keys.ValueAt(entry).Value.Object is not HashValue { Expiry: not null } hash)
        {
            _fieldExpiries.Remove(key);
            return 0;
        }

        SaveToSnapshot(entry);
        Changing(hash);
        int removed = hash.RemoveDue(Now, budget);
        WatchFields(key, hash);
        if (removed > 0)
            Modified(key, EventClass.Hash, "hexpired"u8);
        if (hash.Count == 0)
        {
            RemoveEntry(entry);
            Modified(key, EventClass.Generic, "del"u8);
        }

        return removed;
    }

    private void Expire(int entry)
    {
        ReadOnlySpan<byte> key = _keys.KeyAt(entry);
        RemoveEntry(entry);
        ExpiredKeys++;
        _watched?.Expired(key);
        Observer?.Modified(key);
        Observer?.Event(EventClass.Expired, "expired"u8, key);
    }

    private void RemoveEntry(int entry)
    {
        if (_fieldExpiries.Count > 0)
            _fieldExpiries.Remove(_keys.KeyAt(entry));
        int last = _keys.Count - 1;
        SaveToSnapshot(entry);
        // The last key takes the removed one's number, which the snapshot may have passed.
        SaveToSnapshot(last);
        ref KeyEntry removed = ref _keys.ValueAt(entry);
        if (removed.ExpirySlot != 0)
            _expiries.Remove(entry);
        Release(removed.Value);
        _dataBytes -= HeapSize.Array(_keys.KeyAt(entry).Length);
        _keys.RemoveAt(entry);
        if (entry != last && _keys.ValueAt(entry).ExpirySlot is > 0 and int slot)
            _expiries.Renumber(slot, entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SaveToSnapshot(int entry)
    {
        if (_snapshot != null && _keys.ValueAt(entry).SnapshotEpoch != SnapshotEpoch)
            _snapshot.Save(entry);
    }

    private void Release(in RedisValue value)
    {
        if (value.Object is { } old)
        {
            _dataBytes -= old.AccountedBytes;
            old.AccountedBytes = 0;
        }
        else
        {
            _dataBytes -= value.MemoryBytes;
        }
    }

    private void Account(in RedisValue value)
    {
        long bytes = value.MemoryBytes;
        _dataBytes += bytes;
        if (value.Object is not { } added)
            return;
        added.AccountedBytes = bytes;
        Changing(added);
    }

    private void Changing(RedisObject value)
    {
        if (_changing.Count == 0 || !ReferenceEquals(_changing[^1], value))
            _changing.Add(value);
    }
}
