using System.Globalization;
using System.Reflection;

namespace Raft.Core.Tests.Simulation;

/// <summary>
/// What holds for a whole run. Every setting is a number, in milliseconds, permille or pieces, so that a schedule can be
/// written down, read back and shrunk without a line of code a setting.
/// </summary>
internal sealed record SimulationSettings
{
    private static readonly PropertyInfo[] Properties = typeof(SimulationSettings)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(p => p.PropertyType == typeof(int)).ToArray();

    private static readonly SimulationSettings Default = new();

    public int Seed { get; init; }

    /// <summary>Voting members at the start, ids from 1.</summary>
    public int Voters { get; init; } = 3;

    /// <summary>Empty processes that wait to be added, with the ids that follow.</summary>
    public int Spares { get; init; }

    public int ElectionTimeout { get; init; } = 100;

    public int Heartbeat { get; init; } = 20;

    public int Tick { get; init; } = 10;

    // Network.
    public int MinDelay { get; init; } = 1;

    public int MaxDelay { get; init; } = 1;

    /// <summary>Permille of messages that take up to <see cref="SlowDelay"/>.</summary>
    public int SlowChance { get; init; }

    public int SlowDelay { get; init; } = 300;

    public int Drop { get; init; }

    public int Duplicate { get; init; }

    // Disk.
    public int MinSync { get; init; }

    public int MaxSync { get; init; } = 1;

    public int SlowSyncChance { get; init; }

    public int SlowSync { get; init; } = 150;

    // State machine.
    public int ApplyLag { get; init; }

    /// <summary>Applied entries after which a node takes a snapshot; 0 for only when told.</summary>
    public int SnapshotEvery { get; init; }

    public int SnapshotTime { get; init; } = 5;

    /// <summary>1: two nodes write the same state as different bytes.</summary>
    public int SnapshotsDiffer { get; init; }

    // Clients.

    /// <summary>Permille of the milliseconds in which a client writes to every node that believes it leads.</summary>
    public int Writes { get; init; }

    /// <summary>Permille of the milliseconds in which a client reads from a node.</summary>
    public int Reads { get; init; }

    /// <summary>1: a client reads from a node as soon as it believes it leads or is resumed.</summary>
    public int EagerReads { get; init; }

    // Limits of the servers; 0 leaves the default.
    public int MaxAppendEntries { get; init; }

    public int MaxAppendsInFlight { get; init; }

    public int MaxAppendBytes { get; init; }

    public int MaxUnappliedBytes { get; init; }

    public int MaxUncommittedBytes { get; init; }

    public int KeptEntries { get; init; } = 10_000;

    /// <summary>1: leaders answer reads by lease, with a margin of a quarter of the election timeout.</summary>
    public int LeaseReads { get; init; }

    public int ChunkBytes { get; init; } = 64;

    public int ChunksInFlight { get; init; }

    /// <summary>How many nodes stay dead when the other faults end; fewer when the rest could not go on without them.</summary>
    public int StayDown { get; init; }

    /// <summary>By how much each node's priority is lower than that of the node before it, down to 0.</summary>
    public int PriorityStep { get; init; }

    /// <summary>Permille by which a node's clock may run fast or slow.</summary>
    public int ClockDrift { get; init; }

    public RaftOptions ToOptions()
    {
        RaftOptions options = new()
        {
            ElectionTimeout = TimeSpan.FromMilliseconds(ElectionTimeout),
            HeartbeatInterval = TimeSpan.FromMilliseconds(Heartbeat),
            TransferTimeout = TimeSpan.FromMilliseconds(ElectionTimeout),
            MaxSnapshotChunkBytes = ChunkBytes,
            KeptEntries = KeptEntries,
            LeaseReads = LeaseReads != 0,
            LeaseMargin = TimeSpan.FromMilliseconds(ElectionTimeout / 4),
        };
        return options with
        {
            MaxAppendEntries = OrDefault(MaxAppendEntries, options.MaxAppendEntries),
            MaxAppendsInFlight = OrDefault(MaxAppendsInFlight, options.MaxAppendsInFlight),
            MaxAppendBytes = OrDefault(MaxAppendBytes, options.MaxAppendBytes),
            MaxUnappliedBytes = OrDefault(MaxUnappliedBytes, options.MaxUnappliedBytes),
            MaxUncommittedBytes = OrDefault(MaxUncommittedBytes, options.MaxUncommittedBytes),
            MaxSnapshotChunksInFlight = OrDefault(ChunksInFlight, options.MaxSnapshotChunksInFlight),
        };
    }

    /// <summary>This run with one setting after another put back to its default, except those that say how large it is.</summary>
    public IEnumerable<SimulationSettings> Simpler()
    {
        foreach (PropertyInfo property in Properties)
        {
            if (property.Name is nameof(Seed) or nameof(Voters) || Equals(property.GetValue(this), property.GetValue(Default)))
            {
                continue;
            }

            yield return With(property, (int)property.GetValue(Default)!);
        }
    }

    public static SimulationSettings Parse(IEnumerable<string> words)
    {
        SimulationSettings settings = new();
        foreach (string word in words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            PropertyInfo property = Array.Find(Properties, p => equals > 0 && p.Name.Equals(word[..equals], StringComparison.OrdinalIgnoreCase))
                ?? throw new FormatException($"Not a setting: {word}");
            settings = settings.With(property, int.Parse(word[(equals + 1)..], CultureInfo.InvariantCulture));
        }

        return settings;
    }

    public override string ToString() => string.Join(' ', Properties
        .Where(p => p.Name is nameof(Seed) or nameof(Voters) || !Equals(p.GetValue(this), p.GetValue(Default)))
        .Select(p => $"{p.Name.ToLowerInvariant()}={p.GetValue(this)}"));

    private static int OrDefault(int value, int otherwise) => value == 0 ? otherwise : value;

    private static long OrDefault(int value, long otherwise) => value == 0 ? otherwise : value;

    private SimulationSettings With(PropertyInfo property, int value)
    {
        SimulationSettings copy = this with { };
        property.SetValue(copy, value);
        return copy;
    }
}
