using NUnit.Framework;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Tests.Protocol.Rdb;

internal sealed class RdbPrimitivesTests
{
    [FsCheck.NUnit.Property]
    public bool Lengths_come_back(ulong value, byte shift)
    {
        ulong length = value >> (shift & 63);
        using RdbOutput output = new(compress: false);
        output.Length(length);
        return Open(output).ReadLength() == length;
    }

    [TestCase(63UL, 1)]
    [TestCase(64UL, 2)]
    [TestCase(16383UL, 2)]
    [TestCase(16384UL, 5)]
    [TestCase((ulong)uint.MaxValue, 5)]
    [TestCase(1UL << 32, 9)]
    public void Lengths_take_as_few_bytes_as_the_format_allows(ulong length, int bytes)
    {
        using RdbOutput output = new(compress: false);
        output.Length(length);
        Assert.That(output.Count, Is.EqualTo(bytes));
    }

    [FsCheck.NUnit.Property]
    public bool Strings_come_back(byte[] value, byte repetitions, bool compress)
    {
        byte[] text = [.. Enumerable.Repeat(value, repetitions).SelectMany(part => part)];
        using RdbOutput output = new(compress);
        output.String(text);
        return Open(output).ReadString().AsSpan().SequenceEqual(text);
    }

    [TestCase("0", "c000")]
    [TestCase("-128", "c080")]
    [TestCase("128", "c18000")]
    [TestCase("-32769", "c2ff7fffff")]
    [TestCase("2147483647", "c2ffffff7f")]
    [TestCase("2147483648", "0a32313437343833363438")]
    [TestCase("01", "023031")]
    [TestCase("-0", "022d30")]
    [TestCase("+1", "022b31")]
    [TestCase("", "00")]
    public void Strings_have_the_bytes_of_the_format(string text, string expected)
    {
        using RdbOutput output = new(compress: true);
        output.String(System.Text.Encoding.ASCII.GetBytes(text));
        Assert.That(Convert.ToHexStringLower(output.Written), Is.EqualTo(expected));
    }

    [Test]
    public void Chunks_hold_all_bytes_in_order()
    {
        Chunks chunks = new();
        using RdbOutput output = new(compress: false, chunks, chunkSize: 64);
        byte[] bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        output.Raw(bytes);
        output.Byte(1);
        output.Flush();
        Assert.That(chunks.Bytes, Is.EqualTo((byte[])[.. bytes, 1]));
        Assert.That(output.Count, Is.EqualTo(1001));
    }

    [Test]
    public void A_length_that_is_not_there_costs_no_memory()
    {
        byte[] claim = [RdbFormat.Length32, 0x7f, 0xff, 0xff, 0x00, 1, 2, 3];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => new RdbInput(new MemoryStream(claim)).ReadString(), Throws.TypeOf<RdbFormatException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 << 20));
    }

    [Test]
    public void A_string_cannot_expand_beyond_what_its_compressed_length_allows()
    {
        byte[] claim = [RdbFormat.EncodedLzf, 3, RdbFormat.Length32, 0x40, 0, 0, 0, 0, 1, 2];
        Assert.That(
            () => new RdbInput(claim, claim.Length).ReadString(),
            Throws.TypeOf<RdbFormatException>().With.Message.Contains("cannot expand"));
    }

    [Test]
    public void The_checksum_covers_what_was_consumed_across_buffers()
    {
        byte[] bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        RdbInput input = new(new MemoryStream(bytes));
        input.ReadExactly(new byte[200_000]);
        Assert.That(input.TakeChecksum(), Is.EqualTo(Crc64.Update(0, bytes.AsSpan(0, 200_000))));
        Assert.That(input.Offset, Is.EqualTo(200_000));
    }

    private static RdbInput Open(RdbOutput output) => new(output.Written.ToArray(), output.Written.Length);

    private sealed class Chunks : IRdbChunks
    {
        public List<byte> Bytes { get; } = [];

        public void Add(byte[] chunk, int length) => Bytes.AddRange(chunk[..length]);
    }
}
