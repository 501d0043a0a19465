using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Operations;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Cluster;

/// <summary>A command that runs long occupies the data, not the cluster.</summary>
[TestFixture]
internal sealed class LongCommandTests
{
    [Test]
    public async Task ALeaderThatRunsALongCommand_GoesOnLeading()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3, "--raft.election-timeout", "600");
        TestNode leader = await cluster.LeaderAsync();
        RaftInfo before = await leader.InfoAsync();
        using TestClient slow = await leader.ConnectAsync();
        using TestClient writer = await leader.ConnectAsync();
        await slow.SendAsync(TestClient.Encode(new Request("RAFT.DEBUG", "EXEC", "DEBUG", "SLEEP", "3")));
        await writer.SendAsync(TestClient.Encode(new Request("SET", "behind", "1")));
        TestNode follower = cluster.Nodes.First(node => node != leader);
        await Eventually.TrueAsync("the entry to reach the followers while the command runs", async () =>
            (await follower.InfoAsync()).Number("raft_last_applied_index") == before.Number("raft_current_index") + 1);

        Assert.That(ReplyText.Of(await slow.ReadAsync()), Is.EqualTo("+OK"));
        Assert.That(ReplyText.Of(await writer.ReadAsync()), Is.EqualTo("+OK"));
        RaftInfo after = await leader.InfoAsync();
        cluster.ReportIfFailed();
        Assert.That((after.Role, after.Term), Is.EqualTo(("leader", before.Term)));
        Assert.That(after.Number("raft_exec_throttled"), Is.GreaterThan(before.Number("raft_exec_throttled")));

        // A script is an entry: it occupies the data of all nodes at the same time.
        Assert.That(await writer.AskAsync("EVAL", "for i = 1, 30000000 do end return 'done'", "0"), Is.EqualTo("$done"));
        after = await leader.InfoAsync();
        Assert.That((after.Role, after.Term), Is.EqualTo(("leader", before.Term)));
    }

    [Test]
    public async Task ANodeThatRunsALongCommand_Votes()
    {
        using TestCluster cluster = await TestCluster.FormAsync(3);
        TestNode leader = await cluster.LeaderAsync();
        TestNode[] others = [.. cluster.Nodes.Where(node => node != leader)];
        using TestClient busy = await others[0].ConnectAsync();
        await busy.SendAsync(TestClient.Encode(new Request("RAFT.DEBUG", "EXEC", "DEBUG", "SLEEP", "60")));
        RaftInfo before = await others[1].InfoAsync();
        leader.Process.Kill();
        // Whoever of the two leads next needs the other one's vote, and then its acknowledgement.
        await Eventually.TrueAsync("another leader to commit", async () => await others[1].InfoAsync() is { LeaderId: > 0 } info
            && info.LeaderId != before.LeaderId && info.Number("raft_commit_index") > before.Number("raft_commit_index"));
        Task<Reply> slept = busy.ReadAsync();
        Assert.That(slept.IsCompleted, Is.False, "it runs on");
        others[0].Process.Kill();
        try
        {
            await slept;
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // It was killed.
        }
    }
}
