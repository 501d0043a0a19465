using System.Text;
using NUnit.Framework;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Tests.Oracle;

namespace Redis.Server.Tests.Commands;

/// <summary>What ends a wait besides a push, which is compared with Redis elsewhere.</summary>
internal sealed class WaitingTests
{
    private const string ForceUnblocked =
        "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n";

    [Test]
    public void A_wait_ends_at_its_deadline_in_cluster_time()
    {
        using LocalExecutor local = new() { Now = 1000 };
        Received received = new();
        local.Waiting.Replies = received;
        local.RunRaw(new Request("BLPOP", "a", "0.5"));
        Assert.That(local.Waiting.IsWaiting, Is.True);
        Assert.That(local.Keyspace.Blocked.EarliestDeadline, Is.EqualTo(1500));
        local.Tick(1499);
        Assert.That(received.Replies, Is.Empty);
        local.Tick(1500);
        Assert.That(received.Replies, Is.EqualTo(new[] { "1:1 *-1\r\n" }));
        Assert.That(local.Run("RPUSH", "a", "x").AsString, Is.EqualTo("1"), "nobody takes it any more");
        Assert.That(local.Run("LLEN", "a").AsString, Is.EqualTo("1"));
    }

    /// <summary>An entry that comes after the deadline finds the wait ended, even if it brings what was waited for.</summary>
    [Test]
    public void A_push_after_the_deadline_serves_the_next_in_line()
    {
        using LocalExecutor local = new() { Now = 1000 };
        Received received = new();
        local.Waiting.Replies = received;
        local.RunRaw(new Request("BLPOP", "a", "0.5"));
        local.RunRaw(new Request("BLPOP", "a", "0"));
        local.Now = 2000;
        local.Run("RPUSH", "a", "x");
        Assert.That(received.Replies, Is.EqualTo(new[] { "1:1 *-1\r\n", "1:2 *2\r\n$1\r\na\r\n$1\r\nx\r\n" }));
    }

    [TestCase(UnblockReason.TimedOut, "*-1\r\n")]
    [TestCase(UnblockReason.Error, "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n")]
    public void A_wait_can_be_ended_from_outside_once(object reason, string reply)
    {
        using LocalExecutor local = new();
        Received received = new();
        local.Waiting.Replies = received;
        local.RunRaw(new Request("BZPOPMIN", "a", "b", "0"));
        local.Waiting.Unblock(new EntryId(1, 1), (UnblockReason)reason);
        local.Waiting.Unblock(new EntryId(1, 1), (UnblockReason)reason);
        Assert.That(received.Replies, Is.EqualTo(new[] { "1:1 " + reply }));
        Assert.That(local.Keyspace.Blocked.Count, Is.Zero);
    }

    [Test]
    public void A_new_leader_ends_all_waits_in_order()
    {
        using LocalExecutor local = new();
        Received received = new();
        local.Waiting.Replies = received;
        local.RunRaw(new Request("BLPOP", "a", "b", "0"));
        local.RunRaw(new Request("BLMOVE", "b", "c", "LEFT", "LEFT", "10"));
        local.Waiting.UnblockAll();
        Assert.That(received.Replies, Is.EqualTo(new[] { "1:1 " + ForceUnblocked, "1:2 " + ForceUnblocked }));
        Assert.That(local.Keyspace.Blocked.EarliestDeadline, Is.EqualTo(long.MaxValue));
    }

    [Test]
    public void Nothing_waits_where_no_late_reply_can_be_delivered()
    {
        using LocalExecutor local = new();
        Assert.That(local.Run("BLPOP", "a", "0").IsNull, Is.True);
        Assert.That(local.Run("BLMPOP", "0", "1", "a", "LEFT").IsNull, Is.True);
        Assert.That(local.Keyspace.Blocked.Count, Is.Zero);
    }

    private sealed class Received : IWaiterReplies
    {
        private static readonly RespWriter Writer = new();

        public List<string> Replies { get; } = [];

        public RespWriter Begin(EntryId waiter)
        {
            Writer.Clear();
            return Writer;
        }

        public void End(EntryId waiter) => Replies.Add($"{waiter} {Encoding.Latin1.GetString(Writer.Written)}");
    }
}
