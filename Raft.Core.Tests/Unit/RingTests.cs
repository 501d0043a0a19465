using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Raft.Core.Tests.Unit;

public sealed class RingTests
{
    /// <summary>Positive: add that number; 0: take; negative: clear, now and then.</summary>
    [Property(MaxTest = 500)]
    public Property BehavesLikeAQueue() => Prop.ForAll(Gen.Choose(-1, 12).ListOf().ToArbitrary(), steps =>
    {
        Ring<int> ring = new();
        Queue<int> queue = new();
        foreach (int step in steps)
        {
            if (step > 4)
            {
                ring.Add(step);
                queue.Enqueue(step);
            }
            else if (step >= 0 && queue.Count > 0)
            {
                NUnit.Framework.Assert.That(ring.Take(), Is.EqualTo(queue.Dequeue()));
            }
            else if (step < 0)
            {
                ring.Clear();
                queue.Clear();
            }

            NUnit.Framework.Assert.That(Enumerable.Range(0, ring.Count).Select(i => ring[i]), Is.EqualTo(queue));
        }
    });

    [Test]
    public void APositionOutsideIsRefused() => Assert.That(() => new Ring<int>()[0], Throws.TypeOf<RaftInvariantException>());
}
