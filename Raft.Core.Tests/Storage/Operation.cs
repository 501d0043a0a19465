namespace Raft.Core.Tests.Storage;

/// <summary>What a node does to its disk.</summary>
internal enum Verb
{
    /// <summary>Append <c>Count</c> entries with payloads of about <c>Size</c> bytes.</summary>
    Append,

    /// <summary>Remove the last <c>Count</c> entries, as far as there are.</summary>
    Truncate,

    /// <summary>Take a snapshot that covers all but the last <c>Count</c> entries; then forget what it covers.</summary>
    Snapshot,

    /// <summary>Receive a snapshot <c>Count</c> entries ahead of the log, install it, and go on after it.</summary>
    Receive,

    /// <summary>Let the syncer write and sync what was gathered.</summary>
    Sync,

    /// <summary>The log is idle for long enough to mark its end.</summary>
    Idle,

    /// <summary>Vote for node <c>Count</c> in the next term.</summary>
    Vote,

    /// <summary>Stop and start.</summary>
    Restart,

    /// <summary>The process is killed and started; the machine stays up.</summary>
    Kill,
}

/// <summary>One step of a workload.</summary>
internal readonly record struct Operation(Verb Verb, int Count = 1, int Size = 20)
{
    public override string ToString() => Verb switch
    {
        Verb.Append => $"append {Count}x{Size}",
        Verb.Truncate or Verb.Snapshot or Verb.Receive or Verb.Vote => $"{Verb} {Count}",
        _ => Verb.ToString(),
    };
}
