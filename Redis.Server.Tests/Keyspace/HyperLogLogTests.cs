using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class HyperLogLogTests
{
    private const int MaxSparse = 3000;

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public bool Sparse_and_dense_hold_the_same_registers(ushort count, int seed)
    {
        (byte[] bytes, int length) = (new byte[MaxSparse + 100], 0);
        HyperLogLog.Create().CopyTo(bytes, 0);
        length = HyperLogLog.Create().Length;
        byte[] expected = new byte[HyperLogLog.Registers];
        for (int i = 0; i < count % 2000; i++)
        {
            (int register, byte rank) = HllHash.Locate(Encoding.ASCII.GetBytes($"{seed}:{i}"));
            HllChange change = HllSparse.Raise(bytes, HyperLogLog.HeaderLength, ref length, register, rank, MaxSparse);
            if (change == HllChange.NeedsDense)
                break;
            if ((change == HllChange.Raised) != (rank > expected[register]))
                return false;
            expected[register] = Math.Max(expected[register], rank);
        }

        byte[] dense = HyperLogLog.ToDense(bytes.AsSpan(0, length))!;
        byte[] maxima = new byte[HyperLogLog.Registers];
        HyperLogLog.TryMergeInto(bytes.AsSpan(0, length), maxima);
        HyperLogLog.TryCount(dense, out ulong denseCount);
        HyperLogLog.TryCount(bytes.AsSpan(0, length), out ulong sparseCount);
        return maxima.AsSpan().SequenceEqual(expected)
            && Enumerable.Range(0, HyperLogLog.Registers).All(i => HllDense.Get(dense.AsSpan(HyperLogLog.HeaderLength), i) == expected[i])
            && denseCount == sparseCount && denseCount == HyperLogLog.Count(expected);
    }

    [Test]
    public void The_estimate_stays_within_its_error()
    {
        byte[] maxima = new byte[HyperLogLog.Registers];
        for (int i = 1; i <= 300_000; i++)
        {
            (int register, byte rank) = HllHash.Locate(Encoding.ASCII.GetBytes($"element:{i}"));
            maxima[register] = Math.Max(maxima[register], rank);
            if (i % 100_000 == 0)
                Assert.That((double)HyperLogLog.Count(maxima), Is.EqualTo(i).Within(i * 0.0081 * 3));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Damaged_registers_are_refused_not_followed(byte[] runs, byte element)
    {
        byte[] value = [.. HyperLogLog.Create().AsSpan(0, HyperLogLog.HeaderLength), .. runs];
        bool isWhole = HllSparse.IsComplete(runs);
        byte[] room = [.. value, 0, 0, 0];
        int length = value.Length;
        HllSparse.Raise(room, HyperLogLog.HeaderLength, ref length, element * 64, 3, MaxSparse);
        return HyperLogLog.TryCount(value, out _) == isWhole
            && HyperLogLog.TryMergeInto(value, new byte[HyperLogLog.Registers]) == isWhole
            && (HyperLogLog.ToDense(value) != null) == isWhole;
    }
}
