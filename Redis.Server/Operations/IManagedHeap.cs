namespace Redis.Server.Operations;

/// <summary>What the process does to its heap, and what can be done about it.</summary>
internal interface IManagedHeap
{
    /// <summary>A clock that never goes back.</summary>
    TimeSpan Clock { get; }

    /// <summary>Processor time used since the process began.</summary>
    TimeSpan ProcessorTime { get; }

    /// <summary>Bytes allocated since the process began.</summary>
    long Allocated { get; }

    /// <summary>Bytes in use, garbage included.</summary>
    long Live { get; }

    /// <summary>Collects all garbage and closes the gaps: answers for how long everything stood.</summary>
    TimeSpan Compact();
}
