using NUnit.Framework;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Tests.Protocol.Rdb;

internal sealed class Crc64Tests
{
    [Test]
    public void The_check_value_of_the_Jones_polynomial()
        => Assert.That(Crc64.Update(0, "123456789"u8), Is.EqualTo(0xe9c6d914c4b8d9caUL));

    [FsCheck.NUnit.Property]
    public bool Parts_give_what_the_whole_gives(byte[] first, byte[] second)
        => Crc64.Update(Crc64.Update(0, first), second) == Crc64.Update(0, (byte[])[.. first, .. second]);
}
