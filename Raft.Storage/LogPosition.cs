namespace Raft.Storage;

/// <summary>
/// A place in the log's files. A place is written once in the life of a log, so a record that names its own place can
/// never be taken for another.
/// </summary>
internal readonly record struct LogPosition(uint Segment, uint Offset) : IComparable<LogPosition>
{
    public ulong Packed => ((ulong)Segment << 32) | Offset;

    public static LogPosition Unpack(ulong packed) => new((uint)(packed >> 32), (uint)packed);

    public static bool operator <(LogPosition left, LogPosition right) => left.Packed < right.Packed;

    public static bool operator >(LogPosition left, LogPosition right) => left.Packed > right.Packed;

    public static bool operator <=(LogPosition left, LogPosition right) => left.Packed <= right.Packed;

    public static bool operator >=(LogPosition left, LogPosition right) => left.Packed >= right.Packed;

    public LogPosition Plus(long bytes) => this with { Offset = checked((uint)(Offset + bytes)) };

    public int CompareTo(LogPosition other) => Packed.CompareTo(other.Packed);
}
