using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Wire;

/// <summary>Odd and broken requests: byte for byte the answer of a real redis-server, and the same end of the connection.</summary>
[TestFixture]
internal sealed class ProtocolErrorTests : SingleNode
{
    private const string Last = "the last request";

    private static readonly string[] Inputs =
    [
        "PING\r\n",
        "ping\n",
        "\r\n\n\r\nPING\r\n",
        "   PING    a   \r\n",
        "SET \"a b\" 'c d'\r\nGET \"a b\"\r\nDEL 'a b'\r\n",
        "ECHO \"\\x41\\n\\t\\\"\"\r\n",
        "ECHO 'it\\'s'\r\n",
        "ECHO \"\"\r\n",
        "ECHO \"unbalanced\r\n",
        "ECHO \"a\"b\r\n",
        "ECHO 'a\r\n",
        "PING\r\n*1\r\n$4\r\nPING\r\nPING\r\n",
        "*0\r\nPING\r\n",
        "*-1\r\nPING\r\n",
        "*-10\r\nPING\r\n",
        "*1\r\n$4\r\nPING\r\n*x\r\n",
        "*a\r\n",
        "*\r\n",
        "*2147483648\r\n",
        "*1048577\r\n$-1\r\n",
        "*+1\r\n$4\r\nPING\r\n",
        "*01\r\n$4\r\nPING\r\n",
        "*1\r\n:3\r\n",
        "*1\r\nPING\r\n",
        "*1\r\n$\r\n",
        "*1\r\n$x\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$-2\r\n",
        "*1\r\n$ 4\r\nPING\r\n",
        "*1\r\n$536870913\r\n",
        "*1\r\n$4294967300\r\n",
        "*1\r\n$18446744073709551617\r\n",
        "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
        "*1\r\n$0\r\n\r\n",
        "*1\r\n$4\r\nPINGxx*1\r\n$4\r\nPING\r\n",
        "*1\r\n$7\r\nUNKNOWN\r\n",
        "*3\r\n$7\r\nunknown\r\n$3\r\na\rb\r\n$3\r\n\nc\n\r\n",
        "*1\r\n$3\r\nGET\r\n",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n",
        "POST / HTTP/1.1\r\n",
        "+OK\r\n",
        "QUIT\r\nPING\r\n",
        "QUIT with words\r\n",
        "CLIENT NOSUCH\r\n",
        "CONFIG\r\n",
    ];

    [TestCaseSource(nameof(Inputs))]
    public async Task AnInput_IsAnsweredAsRedisDoes(string input)
    {
        string request = $"{input}*2\r\n$4\r\nECHO\r\n${Last.Length}\r\n{Last}\r\n";
        string expected = await ExchangeAsync(OracleServer.Port, request);
        Assert.That(await ExchangeAsync(Node.Port, request), Is.EqualTo(expected));
    }

    [TestCase("PING ")]
    [TestCase("*")]
    [TestCase("*1\r\n$")]
    public async Task ALineWithoutEnd_IsCutOff(string start)
    {
        string request = start + new string('1', 70_000);
        string expected = await ExchangeAsync(OracleServer.Port, request);
        Assert.That(expected, Does.Contain("too big").And.Contain("(closed)"));
        Assert.That(await ExchangeAsync(Node.Port, request), Is.EqualTo(expected));
    }

    /// <summary>All that comes back, until the last request is answered or the connection is closed, which is told too.</summary>
    private static async Task<string> ExchangeAsync(int port, string request)
    {
        using TestClient client = await TestClient.ConnectAsync(port);
        await client.SendAsync(request);
        StringBuilder all = new();
        try
        {
            while (true)
            {
                Reply reply = await client.ReadAsync();
                all.Append(Encoding.Latin1.GetString(reply.Raw));
                if (reply.AsString == Last)
                    return all.ToString();
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return all.Append("(closed)").ToString();
        }
    }
}
