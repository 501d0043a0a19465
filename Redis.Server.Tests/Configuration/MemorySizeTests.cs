using NUnit.Framework;
using Redis.Server.Configuration;

namespace Redis.Server.Tests.Configuration;

internal sealed class MemorySizeTests
{
    [TestCase("0", 0)]
    [TestCase("100b", 100)]
    [TestCase("1k", 1000)]
    [TestCase("1KB", 1024)]
    [TestCase("2m", 2_000_000)]
    [TestCase("64mb", 64 << 20)]
    [TestCase("1G", 1_000_000_000)]
    [TestCase("1gb", 1 << 30)]
    [TestCase("100000000000000000000", long.MaxValue)]
    [TestCase("9000000000000gb", long.MaxValue)]
    public void TryParse_KnowsTheUnitsOfRedisConf(string text, long bytes)
    {
        Assert.That(MemorySize.TryParse(text, out long parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(bytes));
    }

    [TestCase("")]
    [TestCase("-1")]
    [TestCase("1x")]
    [TestCase("2.5gb")]
    [TestCase("mb")]
    [TestCase("1 gb")]
    public void TryParse_RefusesWhatIsNoSize(string text) => Assert.That(MemorySize.TryParse(text, out _), Is.False);

    [TestCase(1L << 30, "1gb")]
    [TestCase(3L << 20, "3mb")]
    [TestCase(1536, "1536")]
    [TestCase(2048, "2kb")]
    [TestCase(0, "0")]
    public void Format_IsExact(long bytes, string text) => Assert.That(MemorySize.Format(bytes), Is.EqualTo(text));
}
