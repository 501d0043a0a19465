using Redis.Server.Scripting;

namespace Redis.Server.Configuration;

/// <summary>Limits of the data and of its encodings.</summary>
internal sealed class DataSection
{
    private static readonly string[] Policies =
        ["volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"];

    private readonly MemoryOption _maxMemory;
    private readonly IntegerOption _hashMaxListpackEntries;
    private readonly MemoryOption _hashMaxListpackValue;
    private readonly IntegerOption _listMaxListpackSize;
    private readonly IntegerOption _setMaxIntsetEntries;
    private readonly IntegerOption _zsetMaxListpackEntries;
    private readonly MemoryOption _zsetMaxListpackValue;
    private readonly MemoryOption _hllSparseMaxBytes;
    private readonly MemoryOption _streamNodeMaxBytes;
    private readonly IntegerOption _streamNodeMaxEntries;
    private readonly KeyspaceEventsOption _notifyKeyspaceEvents;
    private readonly IntegerOption _busyReplyThreshold;
    private readonly IntegerOption _scriptMaxInstructions;
    private readonly MemoryOption _scriptMaxMemory;

    public DataSection(OptionTable table)
    {
        const OptionFlags None = OptionFlags.None;
        table.Begin(OptionSection.Data);
        _maxMemory = table.Add(new MemoryOption("maxmemory", 0, 0, None, "Memory for data beyond which writes are refused; 0: no limit."));
        table.Add(new ChoiceOption("maxmemory-policy", "noeviction", Policies, None, "What happens at maxmemory; only noeviction.") { MustBe = ("noeviction", "nodes of a Raft cluster evict nothing") });
        table.Add(new IntegerOption("databases", 1, 1, int.MaxValue, "", OptionFlags.Immutable, "Number of databases; only 1.") { MustBe = (1, "a Raft cluster has one database") });
        table.Add(new WordsOption("save", [], ' ', "empty", None, "Snapshots by time; only \"\", because the Raft log decides when a snapshot is due.", SavePoints.Check));
        table.Add(new YesNoOption("appendonly", false, None, "Append-only file; only no, because the Raft log takes its place.") { MustBe = (false, "the Raft log takes the place of the append-only file") });
        _notifyKeyspaceEvents = table.Add(new KeyspaceEventsOption("notify-keyspace-events", None, "Classes of keyspace notifications that are published."));
        _busyReplyThreshold = table.Add(new IntegerOption("busy-reply-threshold", 5000, 0, long.MaxValue, "ms", None, "Run time of a script after which clients are answered BUSY.") { Alias = "lua-time-limit" });
        _scriptMaxInstructions = table.Add(new IntegerOption("script-max-instructions", ScriptLimits.DefaultInstructions, 1_000_000, long.MaxValue, "", None, "Instructions of Lua after which a script is stopped, on all nodes alike. The leader's value counts."));
        _scriptMaxMemory = table.Add(new MemoryOption("script-max-memory", ScriptLimits.DefaultMemory, 1 << 20, None, "Memory that a running script may take. The leader's value counts."));
        _hashMaxListpackEntries = table.Add(new IntegerOption("hash-max-listpack-entries", 512, 0, long.MaxValue, "fields", None, "Hashes up to this size are kept compact.") { Alias = "hash-max-ziplist-entries" });
        _hashMaxListpackValue = table.Add(new MemoryOption("hash-max-listpack-value", 64, 0, None, "Longest field or value of a compact hash.") { Alias = "hash-max-ziplist-value" });
        _listMaxListpackSize = table.Add(new IntegerOption("list-max-listpack-size", -2, int.MinValue, int.MaxValue, "", None, "Size of a list node: elements, or -1 to -5 for 4 to 64 kb.") { Alias = "list-max-ziplist-size" });
        _setMaxIntsetEntries = table.Add(new IntegerOption("set-max-intset-entries", 512, 0, long.MaxValue, "members", None, "Sets of integers up to this size are kept compact."));
        _zsetMaxListpackEntries = table.Add(new IntegerOption("zset-max-listpack-entries", 128, 0, long.MaxValue, "members", None, "Sorted sets up to this size are kept compact.") { Alias = "zset-max-ziplist-entries" });
        _zsetMaxListpackValue = table.Add(new MemoryOption("zset-max-listpack-value", 64, 0, None, "Longest member of a compact sorted set.") { Alias = "zset-max-ziplist-value" });
        _hllSparseMaxBytes = table.Add(new MemoryOption("hll-sparse-max-bytes", 3000, 0, None, "Size up to which a HyperLogLog is kept sparse."));
        _streamNodeMaxBytes = table.Add(new MemoryOption("stream-node-max-bytes", 4096, 0, None, "Largest node of a stream."));
        _streamNodeMaxEntries = table.Add(new IntegerOption("stream-node-max-entries", 100, 0, long.MaxValue, "entries", None, "Most entries of a node of a stream."));
    }

    public long MaxMemory => _maxMemory.Value;

    public KeyspaceEventClasses NotifyKeyspaceEvents => _notifyKeyspaceEvents.Value;

    public TimeSpan BusyReplyThreshold => TimeSpan.FromMilliseconds(Math.Min(_busyReplyThreshold.Value, int.MaxValue));

    public long ScriptMaxInstructions => _scriptMaxInstructions.Value;

    public long ScriptMaxMemory => _scriptMaxMemory.Value;

    public long HashMaxListpackEntries => _hashMaxListpackEntries.Value;

    public long HashMaxListpackValue => _hashMaxListpackValue.Value;

    public int ListMaxListpackSize => (int)_listMaxListpackSize.Value;

    public long SetMaxIntsetEntries => _setMaxIntsetEntries.Value;

    public long ZsetMaxListpackEntries => _zsetMaxListpackEntries.Value;

    public long ZsetMaxListpackValue => _zsetMaxListpackValue.Value;

    public long HllSparseMaxBytes => _hllSparseMaxBytes.Value;

    public long StreamNodeMaxBytes => _streamNodeMaxBytes.Value;

    public long StreamNodeMaxEntries => _streamNodeMaxEntries.Value;
}
