using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class ScoreTreeTests
{
    /// <summary>Runs of additions and removals, long enough for three levels of nodes.</summary>
    [FsCheck.NUnit.Property(MaxTest = 60, EndSize = 60)]
    public void Behaves_as_a_sorted_list((byte Kind, ushort Start, ushort Length)[] script)
    {
        ScoreTree tree = new();
        SortedSet<(double Score, int Member)> model = [];
        foreach ((byte kind, ushort start, ushort length) in script)
            Change(tree, model, kind % 8, start, length % 700);
        Verify(tree, [.. model]);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void In_order_or_backwards_a_large_set_holds_together(bool isForward)
    {
        ScoreTree tree = new();
        const int Size = 100_000;
        for (int n = 0; n < Size; n++)
            tree.Add(isForward ? n : -n, Member(n));
        Assert.That(tree.Seek(12_345).Score, Is.EqualTo(isForward ? 12_345 : 12_345 - Size + 1));
        Assert.That(tree.RankOf(isForward ? 99_000 : -1000, Member(isForward ? 99_000 : 1000)), Is.EqualTo(isForward ? 99_000 : Size - 1001));
        tree.RemoveRange(1000, Size - 2000);
        Assert.That(tree.Count, Is.EqualTo(2000));
        Assert.That(tree.Seek(1000).Score - tree.Seek(999).Score, Is.EqualTo(Size - 1999));
        tree.RemoveRange(0, 2000);
        Assert.That(tree.Count, Is.Zero);
    }

    private static void Change(ScoreTree tree, SortedSet<(double Score, int Member)> model, int kind, int start, int length)
    {
        if (kind == 7 && model.Count > 0)
        {
            int rank = start % model.Count;
            int count = Math.Min(length * 4, model.Count - rank);
            foreach ((double, int) entry in model.Skip(rank).Take(count).ToArray())
                model.Remove(entry);
            tree.RemoveRange(rank, count);
            return;
        }
        for (int n = 0; n < length; n++)
        {
            int member = kind % 2 == 0 ? start + n : start - n;
            double score = kind < 2 ? member & 3 : kind < 4 ? member : (member * 7919) & 1023;
            (double, int) entry = (score, member & 0xFFFF);
            if (kind == 6)
                Assert.That(tree.Remove(score, Member(entry.Item2)), Is.EqualTo(model.Remove(entry)));
            else if (model.Add(entry))
                tree.Add(score, Member(entry.Item2));
        }
    }

    private static void Verify(ScoreTree tree, (double Score, int Member)[] model)
    {
        Assert.That(tree.Count, Is.EqualTo(model.Length));
        if (model.Length == 0)
            return;
        ScoreTreeCursor forward = tree.Seek(0), backward = tree.Seek(model.Length - 1);
        for (int rank = 0; rank < model.Length; rank++)
        {
            Expect(forward, model[rank]);
            Expect(backward, model[^(rank + 1)]);
            Expect(tree.Seek(rank), model[rank]);
            if (tree.RankOf(model[rank].Score, Member(model[rank].Member)) != rank)
                Assert.Fail($"Rank of {model[rank]} is not {rank}.");
            forward.MoveNext();
            backward.MovePrevious();
        }
        foreach (double score in model.Select(entry => entry.Score).Distinct())
        {
            Assert.That(tree.CountBelow(new ScoreBound(score, isBehind: false)), Is.EqualTo(model.Count(entry => entry.Score < score)));
            Assert.That(tree.CountBelow(new ScoreBound(score, isBehind: true)), Is.EqualTo(model.Count(entry => entry.Score <= score)));
        }
    }

    private static void Expect(ScoreTreeCursor at, (double Score, int Member) entry)
    {
        if (at.Score != entry.Score || !at.Member.AsSpan().SequenceEqual(Member(entry.Member)))
            Assert.Fail($"Expected {entry}, found {at.Score}.");
    }

    /// <summary>Big-endian, so that members sort as their numbers.</summary>
    private static byte[] Member(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
}
