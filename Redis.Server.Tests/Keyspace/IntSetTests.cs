using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class IntSetTests
{
    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 300)]
    public void Behaves_as_a_sorted_set((short Value, byte Shift, bool IsRemoval)[] script)
    {
        IntSet set = IntSet.Create();
        SortedSet<long> model = [];
        foreach ((short value, byte shift, bool isRemoval) in script)
        {
            long number = (long)value << (shift % 4 * 16);
            if (isRemoval)
                Assert.That(set.Remove(number), Is.EqualTo(model.Remove(number)));
            else
                Assert.That(set.Add(number), Is.EqualTo(model.Add(number)));
            Assert.That(set.Contains(number), Is.EqualTo(model.Contains(number)));
        }
        Assert.That(Enumerable.Range(0, set.Count).Select(index => set[index]), Is.EqualTo(model));
        Assert.That(IntSet.TryLoad(set.Bytes, out IntSet loaded), Is.EqualTo(model.Count > 0));
        if (model.Count > 0)
            Assert.That(loaded.Bytes.SequenceEqual(set.Bytes));
    }

    [Test]
    public void Extremes_and_neighbours_are_told_apart()
    {
        IntSet set = IntSet.Create();
        long[] numbers = [long.MinValue, int.MinValue - 1L, int.MinValue, short.MinValue - 1, short.MinValue, -1, 0, short.MaxValue, short.MaxValue + 1, int.MaxValue, int.MaxValue + 1L, long.MaxValue];
        foreach (long number in numbers.Reverse())
            set.Add(number);
        Assert.That(Enumerable.Range(0, set.Count).Select(index => set[index]), Is.EqualTo(numbers));
        Assert.That(set.Contains(1), Is.False);
    }

    [Test]
    public void Loading_refuses_what_is_not_a_set()
    {
        Assert.That(IntSet.TryLoad([2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 1, 0], out _), Is.False, "a double");
        Assert.That(IntSet.TryLoad([2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 0], out _), Is.False, "not sorted");
        Assert.That(IntSet.TryLoad([3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0], out _), Is.False, "width 3");
        Assert.That(IntSet.TryLoad([2, 0, 0, 0, 2, 0, 0, 0, 1, 0], out _), Is.False, "too short");
        Assert.That(IntSet.TryLoad([2, 0, 0, 0, 255, 255, 255, 255, 1, 0], out _), Is.False, "a huge count");
    }
}
