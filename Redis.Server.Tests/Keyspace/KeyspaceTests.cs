using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class KeyspaceTests
{
    [Test]
    public void A_due_key_is_absent_to_readers_and_stays_until_an_entry_removes_it()
    {
        Redis.Server.Keyspace.Keyspace keyspace = new() { Now = 1000 };
        keyspace.SetString("a"u8, "x"u8);
        keyspace.SetExpiry("a"u8, 1500);
        Digest before = Digest.Of(keyspace);
        keyspace.Now = 1500;
        Assert.That(keyspace.Find("a"u8).IsNone, Is.False, "due is what lies in the past");
        keyspace.Now = 1501;
        Assert.That(keyspace.Find("a"u8).IsNone, Is.True);
        Assert.That(keyspace.Count, Is.EqualTo(1));
        Assert.That(Digest.Of(keyspace), Is.EqualTo(before));
        Assert.That(keyspace.FindForWrite("a"u8).IsNone, Is.True);
        Assert.That(keyspace.Count, Is.Zero);
        Assert.That(keyspace.ExpiredKeys, Is.EqualTo(1));
    }

    /// <summary>Which keys a budget removes depends on times and names, not on how the keyspace came about.</summary>
    [FsCheck.NUnit.Property(MaxTest = 200)]
    public bool Active_expiry_is_the_same_on_every_replica(byte[] times, int seed, byte budget)
    {
        (int Key, long At)[] keys = [.. times.Select((time, index) => (index, 100 + time % 16L))];
        Redis.Server.Keyspace.Keyspace one = Fill(keys), other = Fill(Shuffled(keys, seed));
        one.Now = other.Now = 108;
        int expected = Math.Min(budget % 8, keys.Count(key => key.At < 108));
        return one.ExpireDue(budget % 8) == expected
            && other.ExpireDue(budget % 8) == expected
            && Digest.Of(one).Equals(Digest.Of(other))
            && one.Count == keys.Length - expected
            && one.ExpiringCount == one.Count;
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public bool The_heap_knows_the_earliest_expiry_whatever_happens(short[] operations)
    {
        Redis.Server.Keyspace.Keyspace keyspace = new();
        Dictionary<int, long> model = [];
        foreach (short operation in operations)
        {
            int number = Math.Abs(operation % 17);
            byte[] key = Key(number);
            switch (Math.Abs(operation / 17) % 4)
            {
                case 0:
                    keyspace.SetString(key, "v"u8);
                    model[number] = -1;
                    break;
                case 1 when model.ContainsKey(number):
                    model[number] = Math.Abs(operation) + 1;
                    keyspace.SetExpiry(key, model[number]);
                    break;
                case 2 when model.ContainsKey(number):
                    model[number] = -1;
                    keyspace.ClearExpiry(key);
                    break;
                case 3:
                    if (keyspace.Remove(key) != model.Remove(number))
                        return false;
                    break;
            }
        }

        return keyspace.EarliestExpiry == model.Values.Where(at => at >= 0).Append(long.MaxValue).Min()
            && model.All(pair => keyspace.ExpiryOf(Key(pair.Key)) == pair.Value)
            && keyspace.ExpiringCount == model.Values.Count(at => at >= 0);
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public bool The_digest_ignores_order_and_sees_every_change(byte[] values, int seed)
    {
        (int Key, long At)[] keys = [.. values.Select((value, index) => (index, 1000L + value))];
        Redis.Server.Keyspace.Keyspace one = Fill(keys), other = Fill(Shuffled(keys, seed));
        if (!Digest.Of(one).Equals(Digest.Of(other)))
            return false;
        if (keys.Length == 0)
            return true;
        other.SetExpiry(Key(0), 999);
        bool seesExpiry = !Digest.Of(one).Equals(Digest.Of(other));
        other.SetExpiry(Key(0), keys[0].At);
        other.SetString(Key(0), "changed"u8, keepExpiry: true);
        return seesExpiry && !Digest.Of(one).Equals(Digest.Of(other));
    }

    [Test]
    public void The_memory_account_returns_to_the_empty_tables()
    {
        Redis.Server.Keyspace.Keyspace keyspace = new();
        long empty = keyspace.UsedMemory;
        for (int i = 0; i < 5000; i++)
        {
            keyspace.SetString(Key(i), new byte[i % 300]);
            keyspace.SetString(Key(i), new byte[i % 200]);
            keyspace.SetExpiry(Key(i), 10);
        }

        Assert.That(keyspace.UsedMemory, Is.GreaterThan(5000 * (100 + 40)));
        for (int i = 0; i < 5000; i++)
            keyspace.Remove(Key(i));
        Assert.That(keyspace.UsedMemory, Is.LessThan(empty + 200_000), "two chunks and buckets on their way to a smaller table may stay");
        keyspace.Flush();
        Assert.That(keyspace.UsedMemory, Is.EqualTo(empty));
    }

    private static Redis.Server.Keyspace.Keyspace Fill(IEnumerable<(int Key, long At)> keys)
    {
        Redis.Server.Keyspace.Keyspace keyspace = new();
        foreach ((int key, long at) in keys)
        {
            keyspace.SetString(Key(key), Key(key));
            keyspace.SetExpiry(Key(key), at);
        }

        return keyspace;
    }

    private static (int Key, long At)[] Shuffled((int Key, long At)[] keys, int seed)
    {
        (int Key, long At)[] copy = [.. keys];
        new Random(seed).Shuffle(copy);
        return copy;
    }

    private static byte[] Key(int i) => Encoding.ASCII.GetBytes($"k{i}");
}
