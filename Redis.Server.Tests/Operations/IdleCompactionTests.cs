using NUnit.Framework;
using Redis.Server.Operations;

namespace Redis.Server.Tests.Operations;

/// <summary>When an idle process compacts its heap: clock, load and heap are the test's.</summary>
internal sealed class IdleCompactionTests
{
    private Heap _heap = null!;
    private TimeSpan _longestPause;
    private IdleCompaction _compaction = null!;

    [SetUp]
    public void Begin()
    {
        _heap = new Heap();
        _longestPause = TimeSpan.FromMilliseconds(250);
        _compaction = new IdleCompaction(_heap, () => _longestPause);
    }

    [TearDown]
    public void End() => _compaction.Dispose();

    [Test]
    public void Nothing_is_done_where_nothing_was_allocated()
    {
        Pass(seconds: 100);
        Assert.That(_heap.Compactions, Is.Zero);
    }

    [Test]
    public void What_a_load_left_is_compacted_once_it_has_been_calm_for_long_enough()
    {
        Load();
        Assert.That(_heap.Compactions, Is.Zero, "during the load");
        Pass(IdleCompaction.CalmLooks - 1);
        Assert.That(_heap.Compactions, Is.Zero, "a moment of calm may be a gap in the load");
        Pass(seconds: 1);
        Assert.That(_heap.Compactions, Is.EqualTo(1));
        Pass(seconds: 100);
        Assert.That(_heap.Compactions, Is.EqualTo(1), "there is nothing more to gain");
    }

    [Test]
    public void Each_load_is_followed_by_a_compaction()
    {
        for (int load = 1; load <= 3; load++)
        {
            Load();
            Pass(seconds: 10);
            Assert.That(_heap.Compactions, Is.EqualTo(load));
        }
    }

    [Test]
    public void A_process_that_works_is_not_stopped()
    {
        for (int second = 0; second < 20; second++)
            Load();
        Assert.That(_heap.Compactions, Is.Zero);
    }

    [Test]
    public void A_busy_machine_shows_by_looks_that_come_late()
    {
        Load();
        for (int second = 0; second < 20; second++)
            Pass(IdleCompaction.Interval + TimeSpan.FromMilliseconds(51), TimeSpan.Zero);
        Assert.That(_heap.Compactions, Is.Zero);
        Pass(IdleCompaction.CalmLooks);
        Assert.That(_heap.Compactions, Is.EqualTo(1));
    }

    [Test]
    public void A_heap_that_would_take_too_long_is_left_as_it_is()
    {
        _heap.Live = 251_000_000; // a millisecond a megabyte is assumed
        Load();
        Pass(seconds: 20);
        Assert.That(_heap.Compactions, Is.Zero);
        _longestPause = TimeSpan.FromMilliseconds(252);
        Pass(seconds: 1);
        Assert.That(_heap.Compactions, Is.EqualTo(1));
    }

    [Test]
    public void What_a_compaction_took_says_how_long_the_next_one_will()
    {
        _heap.Live = 100_000_000;
        _heap.Pause = TimeSpan.FromMilliseconds(260); // slower than was assumed
        Load();
        Pass(seconds: 20);
        Load();
        Pass(seconds: 20);
        Assert.That(_heap.Compactions, Is.EqualTo(1), "the second would take as long");
        _heap.Live = 90_000_000;
        Pass(seconds: 1);
        Assert.That(_heap.Compactions, Is.EqualTo(2));
    }

    /// <summary>A second of work that leaves garbage.</summary>
    private void Load()
    {
        _heap.Allocated += IdleCompaction.Worthwhile + 1;
        Pass(IdleCompaction.Interval, work: TimeSpan.FromMilliseconds(200));
    }

    private void Pass(int seconds)
    {
        for (int second = 0; second < seconds; second++)
            Pass(IdleCompaction.Interval, work: TimeSpan.FromMilliseconds(1));
    }

    private void Pass(TimeSpan time, TimeSpan work)
    {
        _heap.Clock += time;
        _heap.ProcessorTime += work;
        _compaction.Look();
    }

    private sealed class Heap : IManagedHeap
    {
        public TimeSpan Clock { get; set; }

        public TimeSpan ProcessorTime { get; set; }

        public long Allocated { get; set; }

        public long Live { get; set; } = 1_000_000;

        public TimeSpan Pause { get; set; } = TimeSpan.FromMilliseconds(1);

        public int Compactions { get; private set; }

        public TimeSpan Compact()
        {
            Compactions++;
            Clock += Pause;
            ProcessorTime += Pause;
            Allocated += 1000;
            return Pause;
        }
    }
}
