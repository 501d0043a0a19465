using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class ListPackTests
{
    /// <summary>Each number is one change: what to do, where, and with which element.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300, EndSize = 200)]
    public void Behaves_as_a_list(int[] script)
    {
        ListPack pack = ListPack.Create();
        List<byte[]> model = [];
        foreach (int step in script)
            Change(ref pack, model, step);
        Verify(pack, model);
    }

    [Test]
    public void Every_integer_width_reads_back()
    {
        ListPack pack = ListPack.Create();
        List<long> numbers = [];
        for (int bit = 0; bit < 64; bit++)
        {
            long power = 1L << bit;
            numbers.AddRange([power, power - 1, power + 1, -power, 1 - power, -power - 1]);
        }
        foreach (long number in numbers)
            pack.Append(new PackedElement(number));
        List<long> read = [];
        for (int at = pack.First; at != ListPack.None; at = pack.Next(at))
            read.Add(pack[at].Integer);
        Assert.That(read, Is.EqualTo(numbers));
    }

    [Test]
    public void A_count_past_16_bits_is_still_right()
    {
        ListPack pack = ListPack.Create();
        for (int n = 0; n < 70_000; n++)
            pack.Append(new PackedElement(n));
        Assert.That(pack.Count, Is.EqualTo(70_000));
        Assert.That(pack[pack.Seek(-1)].Integer, Is.EqualTo(69_999));
        Assert.That(pack[pack.Seek(66_000)].Integer, Is.EqualTo(66_000));
        pack.RemoveRange(pack.First, 10_000);
        Assert.That(pack.Count, Is.EqualTo(60_000));
        Assert.That(ListPack.TryLoad(pack.Bytes, out _));
    }

    /// <summary>Whatever a payload says, loading it neither fails hard nor lets a walk leave the array.</summary>
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Damage_is_refused_or_harmless(byte[] script, ushort where, byte change)
    {
        ListPack pack = ListPack.Create();
        foreach (byte n in script)
            pack.Append(PackedElement.Of(Elements.Of(n * 977)));
        byte[] damaged = pack.Bytes.ToArray();
        damaged[where % damaged.Length] ^= change;
        if (!ListPack.TryLoad(damaged, out ListPack loaded))
        {
            Assert.That(change, Is.Not.Zero);
            return;
        }
        int count = 0;
        for (int at = loaded.First; at != ListPack.None; at = loaded.Next(at))
            count += loaded[at].ToArray().Length >= 0 ? 1 : 0;
        Assert.That(count, Is.EqualTo(loaded.Count));
    }

    private static void Change(ref ListPack pack, List<byte[]> model, int step)
    {
        byte[] element = Elements.Of(step);
        int index = model.Count == 0 ? 0 : (int)((uint)step / 16 % (uint)model.Count);
        switch (step & 7)
        {
            case 0:
                pack.Prepend(PackedElement.Of(element));
                model.Insert(0, element);
                break;
            case 1 when model.Count > 0:
                pack.InsertBefore(pack.Seek(index), PackedElement.Of(element));
                model.Insert(index, element);
                break;
            case 2 when model.Count > 0:
                pack.InsertAfter(pack.Seek(index - model.Count), PackedElement.Of(element));
                model.Insert(index + 1, element);
                break;
            case 3 when model.Count > 0:
                pack.Replace(pack.Seek(index), PackedElement.Of(element));
                model[index] = element;
                break;
            case 4 when model.Count > 0:
                int count = Math.Min(1 + (int)((uint)step / 256 % 5), model.Count - index);
                int next = pack.RemoveRange(pack.Seek(index), count);
                model.RemoveRange(index, count);
                Assert.That(next, Is.EqualTo(pack.Seek(index)));
                break;
            default:
                pack.Append(PackedElement.Of(element));
                model.Add(element);
                break;
        }
    }

    private static void Verify(ListPack pack, List<byte[]> model)
    {
        List<byte[]> forward = [], backward = [];
        for (int at = pack.First; at != ListPack.None; at = pack.Next(at))
            forward.Add(pack[at].ToArray());
        for (int at = pack.Last; at != ListPack.None; at = pack.Previous(at))
            backward.Insert(0, pack[at].ToArray());
        Assert.That(forward, Is.EqualTo(model));
        Assert.That(backward, Is.EqualTo(model));
        Assert.That(pack.Count, Is.EqualTo(model.Count));
        Assert.That(pack.Capacity, Is.LessThanOrEqualTo(pack.Size + pack.Size / 2 + 64));
        Assert.That(ListPack.TryLoad(pack.Bytes, out ListPack loaded));
        Assert.That(loaded.Bytes.SequenceEqual(pack.Bytes));
        for (int index = 0; index < model.Count; index++)
        {
            int first = model.FindIndex(other => other.AsSpan().SequenceEqual(model[index]));
            Assert.That(pack.Find(PackedElement.Of(model[index]), pack.First), Is.EqualTo(pack.Seek(first)));
        }
    }
}
