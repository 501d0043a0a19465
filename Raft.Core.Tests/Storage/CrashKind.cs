namespace Raft.Core.Tests.Storage;

/// <summary>What a power cut leaves of the writes and directory changes that were not synced.</summary>
internal enum CrashKind
{
    /// <summary>Nothing of them.</summary>
    Lost,

    /// <summary>All of them: only the process died.</summary>
    Kept,

    /// <summary>Any sectors of any of them, in no order; directory changes up to some point.</summary>
    Torn,

    /// <summary>All directory changes, none of the data: what a journal replays.</summary>
    NamesOnly,

    /// <summary>No power cut: the process alone is killed. What it wrote is seen, and still not on disk.</summary>
    Killed,

    /// <summary>All data of files that keep their name, no directory change.</summary>
    DataOnly,
}
