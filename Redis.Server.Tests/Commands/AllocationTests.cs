using System.Text;
using NUnit.Framework;
using Raft.Core;
using Redis.Server.Commands;
using Redis.Server.Configuration;
using Redis.Server.Diagnostics;
using Redis.Server.Protocol;

namespace Redis.Server.Tests.Commands;

/// <summary>The hot path, from the bytes of a request to those of its reply, allocates nothing.</summary>
internal sealed class AllocationTests
{
    [TestCase("*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n")]
    [TestCase("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$10\r\n0123456xyz\r\n")]
    [TestCase("*3\r\n$3\r\nset\r\n$3\r\nkey\r\n$5\r\n12345\r\n")]
    [TestCase("*2\r\n$4\r\nINCR\r\n$3\r\nnum\r\n")]
    [TestCase("*3\r\n$4\r\nMGET\r\n$3\r\nkey\r\n$6\r\nabsent\r\n")]
    [TestCase("*2\r\n$3\r\nTTL\r\n$3\r\nkey\r\n")]
    public void A_request_allocates_nothing(string request)
    {
        byte[] frame = Encoding.ASCII.GetBytes(request);
        RequestParser parser = new();
        using RespWriter reply = new();
        CommandContext context = new()
        {
            Keyspace = new Redis.Server.Keyspace.Keyspace(),
            Table = new CommandTable(DataCommands.Rows),
            Reply = reply,
        };
        context.Keyspace.SetString("key"u8, "0123456abc"u8);
        for (int i = 0; i < 3; i++)
            Run(context, parser, frame, i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Run(context, parser, frame, i);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Measuring_a_request_allocates_nothing()
    {
        ServerOptions options = new();
        options.Table.Set([("slowlog-log-slower-than", "-1")]); // this machine may be slow
        CommandMeter meter = new(options);
        Command command = new CommandTable(DataCommands.Rows).Find("get"u8)!;
        for (int i = 0; i < 3; i++)
            meter.Ran(command, default, meter.Start(), failed: false, client: null);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            meter.Ran(command, default, meter.Start(), failed: false, client: null);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static void Run(CommandContext context, RequestParser parser, byte[] frame, int index)
    {
        context.Reply.Clear();
        parser.Parse(frame, out _);
        CommandArgs args = parser.Args(frame);
        context.BeginEntry(new EntryId(1, index + 1), 1000 + index);
        context.Table.Resolve(args, context.Reply)!.Handler!(context, args);
        context.EndEntry(64);
    }
}
