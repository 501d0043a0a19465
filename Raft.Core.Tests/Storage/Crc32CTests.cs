using NUnit.Framework;
using Raft.Storage;

namespace Raft.Core.Tests.Storage;

[TestFixture]
internal sealed class Crc32CTests
{
    /// <summary>RFC 3720, appendix B.4.</summary>
    [Test]
    public void Gives_the_values_of_the_standard()
    {
        Assert.That(Crc32C.Of(new byte[32]), Is.EqualTo(0x8A9136AAu));
        Assert.That(Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]), Is.EqualTo(0x62A8AB43u));
        Assert.That(Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]), Is.EqualTo(0x46DD794Eu));
        Assert.That(Crc32C.Of("123456789"u8), Is.EqualTo(0xE3069283u));
    }

    [Test]
    public void Pieces_give_the_value_of_the_whole()
    {
        byte[] bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.That(Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)), Is.EqualTo(Crc32C.Of(bytes)));
        }
    }
}
