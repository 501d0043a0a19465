using System.Diagnostics;
using Redis.Server.Clients;

namespace Redis.Server.Diagnostics;

/// <summary>
/// Where the memory is, as of one moment. What Redis calls used memory is what maxmemory limits: here keys, values and their
/// tables. The rest of the process (heap not yet collected, log cache, buffers, runtime) shows in the allocator's fields.
/// </summary>
internal sealed class MemoryFigures
{
    public MemoryFigures(ClientServices services)
    {
        using Process process = Process.GetCurrentProcess();
        GCMemoryInfo heap = GC.GetGCMemoryInfo();
        Used = services.Keyspace.UsedMemory;
        Overhead = services.Keyspace.TableBytes;
        Peak = Math.Max(services.Sampler.PeakMemory, Used);
        Keys = services.Keyspace.Count;
        Resident = process.WorkingSet64;
        Allocated = GC.GetTotalMemory(forceFullCollection: false);
        Committed = Math.Max(heap.TotalCommittedBytes, Allocated);
        System = heap.TotalAvailableMemoryBytes;
        Clients = services.Clients.BufferBytes;
        LogCache = services.Host.Consensus.Read((_, log) => log.CacheBytes, 0L);
        Limit = services.Options.Data.MaxMemory;
        CachedScripts = services.Scripts.Cache.Bytes;
        Functions = services.Scripts.Libraries.Bytes;
    }

    /// <summary>What maxmemory limits.</summary>
    public long Used { get; }

    /// <summary>The part of it that is tables.</summary>
    public long Overhead { get; }

    /// <summary>The part of it that is keys and values.</summary>
    public long Dataset => Used - Overhead;

    /// <summary>The most it ever was.</summary>
    public long Peak { get; }

    public int Keys { get; }

    /// <summary>The process's share of physical memory.</summary>
    public long Resident { get; }

    /// <summary>Objects on the managed heap, dead ones that were not yet collected included.</summary>
    public long Allocated { get; }

    /// <summary>What the managed heap has from the operating system.</summary>
    public long Committed { get; }

    /// <summary>Memory this process may use on this machine.</summary>
    public long System { get; }

    /// <summary>Buffers of the clients' connections.</summary>
    public long Clients { get; }

    /// <summary>Log entries kept in memory.</summary>
    public long LogCache { get; }

    /// <summary>maxmemory.</summary>
    public long Limit { get; }

    /// <summary>Scripts known by their SHA-1.</summary>
    public long CachedScripts { get; }

    /// <summary>Libraries of functions.</summary>
    public long Functions { get; }
}
