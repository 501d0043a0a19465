using NUnit.Framework;

namespace Raft.Core.Tests.Performance;

/// <summary>On the steady path Raft allocates nothing, neither an entry nor a batch at a time.</summary>
public sealed class AllocationTests
{
    private const int Batches = 1000;

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public void CommittingAllocatesNothing(int voters)
    {
        InstantCluster cluster = new(voters, payload: 100);
        AllocatesNothing(() => cluster.Commit(8));
        Assert.That(cluster.Applied, Is.GreaterThan(2 * Batches * 8), "everything was committed");
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(5)]
    public void ReadingAllocatesNothing(int voters)
    {
        InstantCluster cluster = new(voters, payload: 100);
        AllocatesNothing(() => cluster.Read(8));
        Assert.That(cluster.ReadsAnswered, Is.EqualTo(2 * Batches * 8), "every read was answered");
    }

    /// <summary>
    /// The log in memory doubles its array now and then, so a few batches in a thousand may allocate; those in between
    /// must not.
    /// </summary>
    private static void AllocatesNothing(Action work)
    {
        Repeat(work, _ => { });
        int allocating = 0;
        Repeat(work, bytes => allocating += bytes == 0 ? 0 : 1);
        Assert.That(allocating, Is.LessThan(10), $"of {Batches} batches");
    }

    private static void Repeat(Action work, Action<long> allocated)
    {
        for (int i = 0; i < Batches; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            work();
            allocated(GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }
}
