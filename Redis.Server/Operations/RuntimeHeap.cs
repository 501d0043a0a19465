using System.Diagnostics;

namespace Redis.Server.Operations;

/// <summary>The heap of this process.</summary>
internal sealed class RuntimeHeap : IManagedHeap
{
    public TimeSpan Clock => Stopwatch.GetElapsedTime(0);

    public TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime;

    public long Allocated => GC.GetTotalAllocatedBytes();

    public long Live => GC.GetTotalMemory(forceFullCollection: false);

    public TimeSpan Compact()
    {
        TimeSpan paused = GC.GetTotalPauseDuration();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalPauseDuration() - paused;
    }
}
