using BenchmarkDotNet.Attributes;
using Raft.Core;
using Raft.Core.Tests.Performance;

namespace Benchmarks;

/// <summary>
/// Raft without I/O: all servers of a cluster on one thread, messages and disks instant. One operation is one entry, or one
/// read, of a batch; what it costs is shared by all servers, because one thread plays them all.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class Consensus
{
    private const int Operations = 1000;

    private InstantCluster _cluster = null!;

    [Params(1, 3, 5)]
    public int Servers { get; set; }

    /// <summary>Entries or reads that share a message.</summary>
    [Params(1, 100)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Elect() => _cluster = new InstantCluster(Servers, payload: 100);

    [Benchmark(Description = "propose to commit", OperationsPerInvoke = Operations)]
    public long Commit()
    {
        for (int i = 0; i < Operations; i += Batch)
        {
            _cluster.Commit(Batch);
        }

        _cluster.Tidy();
        return _cluster.Applied;
    }

    [Benchmark(Description = "ReadIndex", OperationsPerInvoke = Operations)]
    public long Read()
    {
        for (int i = 0; i < Operations; i += Batch)
        {
            _cluster.Read(Batch);
        }

        return _cluster.ReadsAnswered;
    }
}
