using System.Net;
using System.Text;
using NUnit.Framework;
using Redis.Server.Peers;

namespace Redis.Server.Tests.Peers;

/// <summary>The dialling side of the handshake, against a node that answers what it is told to.</summary>
internal sealed class PeerHandshakeTests
{
    [TestCase("+OK 1\r\n")]
    [TestCase("+OK")]
    public async Task AnAnswerInPieces_IsPutTogether(string answer)
    {
        ScriptedTransport transport = new(answer, answer.EndsWith('\n') ? "" : " 1\r\n");
        await DialAsync(transport);
        Assert.That(transport.Sent, Does.StartWith("*6\r\n$9\r\nraft.peer\r\n"));
    }

    [TestCase("+OK 99\r\n", "upgrade one release at a time")]
    [TestCase("+OK 0\r\n", "upgrade one release at a time")]
    [TestCase("+OK\r\n", "upgrade one release at a time", TestName = "A redis-server that says OK is no node")]
    [TestCase("-ERR peer protocol 1 is not spoken here any more, only 2 to 3: upgrade one release at a time\r\n", "only 2 to 3")]
    [TestCase("-NOAUTH Authentication required.\r\n", "NOAUTH")]
    [TestCase("", "closed during the handshake")]
    public async Task ARefusal_SaysWhy(string answer, string reason) =>
        Assert.That((await FailureAsync(answer))?.Message, Does.Contain(reason));

    [Test]
    public async Task ARemovedNode_LearnsIt() =>
        Assert.That(await FailureAsync("-ERR removed from the cluster: it goes on without node 2\r\n"), Is.TypeOf<RemovedException>());

    private static async Task<IOException?> FailureAsync(string answer)
    {
        try
        {
            await DialAsync(new ScriptedTransport(answer));
            return null;
        }
        catch (IOException exception)
        {
            return exception;
        }
    }

    private static Task DialAsync(Transport transport)
    {
        PeerIdentity identity = new(new string('c', 32), 2, "127.0.0.1:1", "default", "", false, TimeSpan.FromSeconds(1));
        return PeerHandshake.DialAsync(transport, identity, 1, PeerPurpose.Raft);
    }

    private sealed class ScriptedTransport(params string[] answers) : Transport
    {
        private readonly Queue<string> _answers = new(answers);

        public string Sent { get; private set; } = "";

        public override EndPoint? Remote => null;

        public override EndPoint? Local => null;

        public override long Handle => -1;

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
            ValueTask.FromResult(_answers.TryDequeue(out string? answer) ? Encoding.ASCII.GetBytes(answer, buffer.Span) : 0);

        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
        {
            Sent += Encoding.ASCII.GetString(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public override void Shutdown() => Close();

        public override void Close()
        {
        }
    }
}
