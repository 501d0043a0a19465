using NUnit.Framework;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Tests.Protocol.Rdb;

internal sealed class LzfTests
{
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool What_is_compressed_expands_to_itself(byte[] unit, byte repetitions, bool noisy)
    {
        byte[] input = Repeat(unit, repetitions);
        for (int i = 0; noisy && i < input.Length; i += 97)
            input[i]++;
        Lzf lzf = new();
        byte[] compressed = new byte[(input.Length * 2) + 64];
        // Twice: what the first call leaves in the table must not matter.
        int first = lzf.Compress(input, compressed);
        byte[] again = new byte[compressed.Length];
        int second = lzf.Compress(input, again);
        byte[] output = new byte[input.Length];
        return input.Length < 3
            || (first == second && compressed.AsSpan().SequenceEqual(again)
                && Lzf.TryDecompress(compressed.AsSpan(0, first), output) && output.AsSpan().SequenceEqual(input));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Output_that_does_not_fit_is_refused_not_cut(byte[] unit, byte repetitions)
    {
        byte[] input = Repeat(unit, repetitions);
        Lzf lzf = new();
        byte[] wide = new byte[(input.Length * 2) + 64];
        int needed = lzf.Compress(input, wide);
        for (int room = 0; room < Math.Min(needed, 50); room++)
        {
            if (lzf.Compress(input, new byte[room]) != 0)
                return false;
        }

        return true;
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Damaged_input_never_writes_outside(byte[] input, byte length)
    {
        byte[] guarded = new byte[length + 16];
        Lzf.TryDecompress(input, guarded.AsSpan(0, length));
        return guarded.AsSpan(length).IndexOfAnyExcept((byte)0) < 0;
    }

    [TestCase(new byte[] { 0x1f, 1 })]
    [TestCase(new byte[] { 0x20 })]
    [TestCase(new byte[] { 0x00, 7, 0x20, 0x05 })]
    [TestCase(new byte[] { 0x00, 7, 0xE0 })]
    public void Damaged_input_is_refused(byte[] input) => Assert.That(Lzf.TryDecompress(input, new byte[8]), Is.False);

    private static byte[] Repeat(byte[] unit, int times)
    {
        byte[] input = new byte[unit.Length * times];
        for (int i = 0; i < times; i++)
            unit.CopyTo(input, i * unit.Length);
        return input;
    }
}
