using NUnit.Framework;

namespace Raft.Core.Tests.Unit;

/// <summary>Which log is more up to date (Raft paper, section 5.4.1).</summary>
public sealed class EntryIdTests
{
    private static readonly EntryId[] Ascending = [EntryId.None, new(1, 1), new(1, 2), new(1, 9), new(2, 1), new(2, 3), new(3, 2)];

    [Test]
    public void OrderIsByTermAndThenByIndex()
    {
        for (int i = 0; i < Ascending.Length; i++)
        {
            for (int j = 0; j < Ascending.Length; j++)
            {
                (EntryId left, EntryId right) = (Ascending[i], Ascending[j]);
                Assert.That(((left < right), (left > right), left <= right, left >= right), Is.EqualTo(((i < j), (i > j), i <= j, i >= j)), $"{left} and {right}");
                Assert.That(left.CompareTo(right), Is.EqualTo(i.CompareTo(j)));
            }
        }
    }
}
