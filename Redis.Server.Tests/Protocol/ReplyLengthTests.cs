using System.Text;
using NUnit.Framework;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Protocol;

internal sealed class ReplyLengthTests
{
    [TestCase("+OK\r\n")]
    [TestCase("-ERR no\r\n")]
    [TestCase(":-5\r\n")]
    [TestCase("$3\r\na\r\n\r\n", TestName = "A bulk string may hold line ends")]
    [TestCase("$-1\r\n")]
    [TestCase("$0\r\n\r\n")]
    [TestCase("*-1\r\n")]
    [TestCase("*0\r\n")]
    [TestCase("*2\r\n*1\r\n:1\r\n$1\r\na\r\n")]
    [TestCase("%2\r\n+a\r\n*2\r\n:1\r\n:2\r\n+b\r\n_\r\n")]
    [TestCase("~1\r\n#t\r\n")]
    [TestCase(",1.5\r\n")]
    [TestCase("=7\r\ntxt:abc\r\n")]
    [TestCase(">2\r\n+a\r\n+b\r\n")]
    public void AValue_EndsWhereItEnds(string value)
    {
        Assert.That(ReplyLength.Of(Encoding.ASCII.GetBytes(value)), Is.EqualTo(value.Length));
        Assert.That(ReplyLength.Of(Encoding.ASCII.GetBytes(value + "+more\r\n")), Is.EqualTo(value.Length));
        for (int cut = 0; cut < value.Length; cut++)
        {
            byte[] incomplete = Encoding.ASCII.GetBytes(value[..cut]);
            Assert.Throws<FormatException>(() => ReplyLength.Of(incomplete));
        }
    }

    [TestCase("*2\r\n:1\r\n:2\r\n", 4, 2)]
    [TestCase("*0\r\n", 4, 0)]
    public void AnArray_HasAHead(string reply, int line, int items) => Assert.That(ReplyLength.OfArrayHead(Encoding.ASCII.GetBytes(reply)), Is.EqualTo((line, items)));

    [TestCase("*-1\r\n")]
    [TestCase("_\r\n")]
    [TestCase("-EXECABORT no\r\n")]
    public void AnythingElse_HasNone(string reply) => Assert.That(ReplyLength.OfArrayHead(Encoding.ASCII.GetBytes(reply)), Is.Null);
}
