using System.Runtime.CompilerServices;
using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class DictTests
{
    /// <summary>Against a Dictionary for contents and a List for the order: added at the end, the last fills the gap of a removed one.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Behaves_as_a_dictionary_in_a_defined_order(short[] operations)
    {
        Dict<int> dict = new();
        Dictionary<string, int> model = [];
        List<string> order = [];
        // Repeated in order to grow and shrink through several sizes.
        foreach (int operation in operations.SelectMany(o => Enumerable.Range(0, 24).Select(i => o + i * 5)))
        {
            string name = $"key{Math.Abs(operation) % 700}";
            byte[] key = Encoding.ASCII.GetBytes(name);
            if (operation >= 0)
            {
                ref int value = ref dict.GetOrAdd(key, out bool existed);
                if (existed != model.ContainsKey(name))
                    return false;
                if (!existed)
                    order.Add(name);
                value = model[name] = operation;
            }
            else
            {
                if (dict.Remove(key) != model.Remove(name))
                    return false;
                int index = order.IndexOf(name);
                if (index >= 0)
                {
                    order[index] = order[^1];
                    order.RemoveAt(order.Count - 1);
                }
            }
        }

        return dict.Count == model.Count
            && order.Select((name, index) => Encoding.ASCII.GetString(dict.KeyAt(index)) == name && dict.ValueAt(index) == model[name]).All(same => same)
            && model.All(pair => dict.Find(Encoding.ASCII.GetBytes(pair.Key)) == pair.Value)
            && !dict.Contains("absent"u8);
    }

    [Test]
    public async Task Its_size_may_be_asked_by_another_thread_while_it_grows()
    {
        Dict<int> dict = new();
        using CancellationTokenSource stop = new();
        Task asking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Assert.That(dict.TableBytes, Is.Positive);
        });
        for (int i = 0; i < 300_000; i++)
            dict.GetOrAdd(Key("key", i), out _) = i;
        await stop.CancelAsync();
        await asking;
    }

    /// <summary>A frozen copy stays as it was, whatever is done to the table, and freezing changes nothing for the table.</summary>
    [FsCheck.NUnit.Property(MaxTest = 100)]
    public bool A_frozen_copy_stays_as_it_was(ushort count, short[] operations)
    {
        Dict<int> dict = new();
        Dict<int> same = new();
        for (int i = 0; i < count % 5000; i++)
            dict.GetOrAdd(Key("key", i), out _) = same.GetOrAdd(Key("key", i), out _) = i;
        string before = Content(dict);
        Dict<int> frozen = dict.Freeze();
        foreach (short operation in operations)
        {
            byte[] key = Key("key", Math.Abs(operation * 7) % 6000);
            foreach (Dict<int> one in new[] { dict, same })
            {
                if (operation % 3 == 0)
                    one.Remove(key);
                else
                    one.GetOrAdd(key, out _) = operation;
            }
        }

        return Content(frozen) == before && Content(dict) == Content(same);
    }

    /// <summary>SCAN's guarantee: what is there from start to end is seen, whatever comes and goes meanwhile.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Scan_sees_all_that_stays(byte stable, int[] changes)
    {
        Dict<int> dict = new();
        for (int i = 0; i < stable * 8; i++)
            dict.GetOrAdd(Key("stable", i), out _);
        HashSet<string> seen = [];
        List<int> found = [];
        ulong cursor = 0;
        int step = 0;
        do
        {
            cursor = dict.Scan(cursor, found);
            foreach (int index in found)
                seen.Add(Encoding.ASCII.GetString(dict.KeyAt(index)));
            found.Clear();
            if (changes.Length == 0)
                continue;
            int change = changes[step++ % changes.Length];
            // Many at once, so that the table grows or shrinks under the cursor.
            for (int i = 0; i < Math.Abs(change) % 200; i++)
            {
                if (change > 0)
                    dict.GetOrAdd(Key("other", i * 7 + step % 3000), out _);
                else
                    dict.Remove(Key("other", i * 7 + step % 3000));
            }
        }
        while (cursor != 0 && step < 100_000);

        return cursor == 0 && Enumerable.Range(0, stable * 8).All(i => seen.Contains($"stable{i}"));
    }

    [Test]
    public void Scan_of_a_resting_table_sees_everything_once()
    {
        Dict<int> dict = new();
        for (int i = 0; i < 10_000; i++)
            dict.GetOrAdd(Key("k", i), out _);
        // Ten thousand adds leave a rehash in progress or not; both must hold, so go on until one is.
        for (int i = 10_000; !dict.IsRehashing; i++)
            dict.GetOrAdd(Key("k", i), out _);
        List<int> found = [];
        ulong cursor = 0;
        do
            cursor = dict.Scan(cursor, found);
        while (cursor != 0);

        Assert.That(found, Has.Count.EqualTo(dict.Count));
        Assert.That(found.Distinct().Count(), Is.EqualTo(dict.Count));
    }

    [Test]
    public void Shrinks_when_most_entries_are_gone()
    {
        Dict<int> dict = new();
        for (int i = 0; i < 100_000; i++)
            dict.GetOrAdd(Key("k", i), out _);
        long full = dict.TableBytes;
        for (int i = 0; i < 99_990; i++)
            dict.Remove(Key("k", i));
        // A few more changes pay for the last steps.
        for (int i = 0; i < 10_000; i++)
        {
            dict.GetOrAdd(Key("x", i), out _);
            dict.Remove(Key("x", i));
        }

        Assert.That(dict.TableBytes, Is.LessThan(full / 20));
        Assert.That(dict.Count, Is.EqualTo(10));
    }

    [Test]
    public void A_missing_key_is_a_null_reference()
    {
        Dict<long> dict = new();
        Assert.That(Unsafe.IsNullRef(ref dict.Find("nothing"u8)), Is.True);
    }

    private static byte[] Key(string prefix, int i) => Encoding.ASCII.GetBytes($"{prefix}{i}");

    private static string Content(Dict<int> dict) =>
        string.Join(' ', Enumerable.Range(0, dict.Count).Select(i => $"{Encoding.ASCII.GetString(dict.KeyAt(i))}={dict.ValueAt(i)}"));
}
