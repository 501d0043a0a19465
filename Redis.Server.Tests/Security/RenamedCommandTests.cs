using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Oracle;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Security;

/// <summary>rename-command: clients know other names, the log and the ACL the commands' own.</summary>
[TestFixture]
internal sealed class RenamedCommandTests() : SingleNode("--rename-command", "FLUSHALL", "", "--rename-command", "SET", "put", "--rename-command", "CONFIG", "b840fc02")
{
    [Test]
    public async Task ANewName_CallsTheCommand_TheOldOneNothing()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("PUT", "a", "1"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("SET", "a", "2"), Is.EqualTo("-ERR unknown command 'SET', with args beginning with: 'a' '2' "));
        Assert.That(await client.AskAsync("FLUSHALL"), Is.EqualTo("-ERR unknown command 'FLUSHALL', with args beginning with: "));
        Assert.That(await client.AskAsync("b840fc02", "GET", "port"), Is.EqualTo($"[$port, ${Node.Port}]"));
        Reply[] replies = await client.PipelineAsync([new("MULTI"), new("put", "a", "3"), new("GET", "a"), new("b840fc02", "GET", "port"), new("EXEC")]);
        Assert.That(ReplyText.Of(replies[4]), Is.EqualTo($"[+OK, $3, [$port, ${Node.Port}]]"));
    }

    [Test]
    public async Task TheAcl_KnowsTheOldName()
    {
        using TestClient client = await ConnectAsync();
        Assert.That(await client.AskAsync("ACL", "SETUSER", "u", "on", ">p", "~*", "+set"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("AUTH", "u", "p"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("PUT", "a", "1"), Is.EqualTo("+OK"));
        Assert.That(await client.AskAsync("b840fc02", "GET", "port"), Is.EqualTo("-NOPERM this user has no permissions to run the 'config|get' command"));
    }
}
