using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class QuickListTests
{
    /// <summary>Each number is one change: what to do, where, and with which element.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 300)]
    public void Behaves_as_a_list(int[] script, byte fillChoice)
    {
        int fill = new[] { -2, -1, -5, 1, 2, 5, 100 }[fillChoice % 7];
        DataOptions options = new() { QuickListPackedThreshold = fillChoice > 127 ? 1L << 30 : 4 };
        QuickList list = new(fill);
        List<byte[]> model = [];
        foreach (int step in script)
            Change(list, model, step, options);
        Verify(list, model);
        QuickList clone = (QuickList)list.Clone();
        Verify(clone, model);
        Assert.That(clone.MemoryBytes, Is.LessThanOrEqualTo(list.MemoryBytes));
    }

    private static void Change(QuickList list, List<byte[]> model, int step, DataOptions options)
    {
        byte[] element = Elements.Of(step);
        int index = model.Count == 0 ? 0 : (int)((uint)step / 16 % (uint)model.Count);
        switch (step & 7)
        {
            case 0:
                list.PushHead(element, options);
                model.Insert(0, element);
                break;
            case 1 or 2 when model.Count > 0:
                bool isAfter = (step & 7) == 2;
                list.Insert(list.Seek(index), element, isAfter, options);
                model.Insert(isAfter ? index + 1 : index, element);
                break;
            case 3 when model.Count > 0:
                list.Replace(list.Seek(index), element, options);
                model[index] = element;
                break;
            case 4 when model.Count > 0:
                bool isForward = (step & 8) == 0;
                QuickListCursor next = list.Remove(list.Seek(index), isForward);
                model.RemoveAt(index);
                int expected = isForward ? index : index - 1;
                Assert.That(next.IsValid, Is.EqualTo(expected >= 0 && expected < model.Count));
                if (next.IsValid)
                    Assert.That(next.Element.ToArray(), Is.EqualTo(model[expected]));
                break;
            case 5 when model.Count > 20:
                int count = Math.Min((int)((uint)step / 256 % 20), model.Count - index);
                list.RemoveRange(index, count);
                model.RemoveRange(index, count);
                break;
            default:
                list.PushTail(element, options);
                model.Add(element);
                break;
        }
    }

    private static void Verify(QuickList list, List<byte[]> model)
    {
        List<byte[]> forward = [], backward = [];
        for (QuickListCursor at = list.First; at.IsValid; at = at.Next())
            forward.Add(at.Element.ToArray());
        for (QuickListCursor at = list.Last; at.IsValid; at = at.Previous())
            backward.Insert(0, at.Element.ToArray());
        Assert.That(forward, Is.EqualTo(model));
        Assert.That(backward, Is.EqualTo(model));
        Assert.That(list.Count, Is.EqualTo(model.Count));
        for (int index = -model.Count; index < model.Count; index++)
            Assert.That(list.Seek(index).Element.ToArray(), Is.EqualTo(model[index < 0 ? index + model.Count : index]));
        Assert.That(list.Seek(model.Count).IsValid, Is.False);
        Assert.That(list.Seek(-model.Count - 1).IsValid, Is.False);
        long bytes = 0;
        for (QuickListNode? node = list.Head; node != null; node = node.Next)
            bytes += node.Pack.Capacity + 56;
        Assert.That(list.MemoryBytes, Is.EqualTo(72 + bytes), "kept up to date");
    }
}
