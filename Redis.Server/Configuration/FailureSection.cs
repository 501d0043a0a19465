namespace Redis.Server.Configuration;

/// <summary>Hidden options that slow down or break parts of a node, for tests of failure.</summary>
internal sealed class FailureSection
{
    private readonly IntegerOption _clockOffset;
    private readonly IntegerOption _logDelayApply;
    private readonly YesNoOption _logDisableApply;
    private readonly IntegerOption _snapshotDelay;
    private readonly YesNoOption _snapshotFail;
    private readonly YesNoOption _snapshotDisable;
    private readonly YesNoOption _snapshotDisableLoad;
    private readonly IntegerOption _keyLoadDelay;
    private readonly IntegerOption _keySaveDelay;

    public FailureSection(OptionTable table)
    {
        const OptionFlags Hidden = OptionFlags.Hidden;
        table.Begin(OptionSection.Failures);
        _clockOffset = table.Add(new IntegerOption("raft.clock-offset", 0, int.MinValue, int.MaxValue, "ms", Hidden, "What this node's calendar is ahead of the machine's."));
        _logDelayApply = table.Add(new IntegerOption("raft.log-delay-apply", 0, 0, int.MaxValue, "µs", Hidden, "Sleep before each entry is applied."));
        _logDisableApply = table.Add(new YesNoOption("raft.log-disable-apply", false, Hidden, "Apply no entries."));
        _snapshotDelay = table.Add(new IntegerOption("raft.snapshot-delay", 0, 0, int.MaxValue, "s", Hidden, "Sleep before a snapshot is finished."));
        _snapshotFail = table.Add(new YesNoOption("raft.snapshot-fail", false, Hidden, "Let every snapshot fail."));
        _snapshotDisable = table.Add(new YesNoOption("raft.snapshot-disable", false, Hidden, "Take no snapshots."));
        _snapshotDisableLoad = table.Add(new YesNoOption("raft.snapshot-disable-load", false, Hidden, "Refuse snapshots from the leader."));
        _keyLoadDelay = table.Add(new IntegerOption("key-load-delay", 0, int.MinValue, int.MaxValue, "µs", Hidden, "Sleep after each key of a snapshot that is loaded; -N: 1 µs after N keys."));
        _keySaveDelay = table.Add(new IntegerOption("rdb-key-save-delay", 0, int.MinValue, int.MaxValue, "µs", Hidden, "Sleep for each key of a snapshot before it is finished; -N: 1 µs for N keys."));
    }

    /// <summary>In milliseconds: as if an operator had set the clock of the machine.</summary>
    public long ClockOffset => _clockOffset.Value;

    public TimeSpan LogDelayApply => TimeSpan.FromMicroseconds(_logDelayApply.Value);

    public bool LogDisableApply => _logDisableApply.Value;

    public TimeSpan SnapshotDelay => TimeSpan.FromSeconds(_snapshotDelay.Value);

    public bool SnapshotFail => _snapshotFail.Value;

    public bool SnapshotDisable => _snapshotDisable.Value;

    public bool SnapshotDisableLoad => _snapshotDisableLoad.Value;

    /// <summary>Microseconds a key.</summary>
    public double KeyLoadDelay => MicrosecondsAKey(_keyLoadDelay.Value);

    /// <summary>Microseconds a key.</summary>
    public double KeySaveDelay => MicrosecondsAKey(_keySaveDelay.Value);

    private static double MicrosecondsAKey(long value) => value < 0 ? -1.0 / value : value;
}
