using System.Globalization;
using System.Net.Sockets;
using NUnit.Framework;
using Redis.Server.Tests.Cluster;
using Redis.Server.Tests.Wire;

namespace Redis.Server.Tests.Configuration;

/// <summary>CONFIG SET port and bind: the node moves, its clients stay, and what cannot be listened on is refused.</summary>
[TestFixture]
internal sealed class MovingDoorTests : SingleNode
{
    [Test]
    public async Task ANodeMoves_AndMovesBack()
    {
        using TestClient client = await ConnectAsync();
        int other = LoopbackPorts.Next();
        Assert.That(await client.AskAsync("CONFIG", "SET", "port", Text(other)), Is.EqualTo("+OK"));
        using (TestClient there = await TestClient.ConnectAsync(other))
            Assert.That(await there.AskAsync("CONFIG", "GET", "port"), Is.EqualTo($"[$port, ${other}]"));
        Assert.That(ConnectAsync, Throws.InstanceOf<SocketException>(), "nobody is there any more");
        Assert.That(await client.AskAsync("SET", "k", "v"), Is.EqualTo("+OK"), "who is inside stays");
        Assert.That(await client.AskAsync("CONFIG", "SET", "port", Text(Node.Port)), Is.EqualTo("+OK"));
        Assert.That(await Node.AskAsync("PING"), Is.EqualTo("+PONG"));

        Assert.That(await client.AskAsync("CONFIG", "SET", "bind", "* -::*"), Is.EqualTo("+OK"));
        Assert.That(await Node.AskAsync("PING"), Is.EqualTo("+PONG"));
        Assert.That(await client.AskAsync("CONFIG", "SET", "bind", "127.0.0.1"), Is.EqualTo("+OK"));
        Assert.That(await Node.AskAsync("PING"), Is.EqualTo("+PONG"));
    }

    [Test]
    public async Task WhatCannotBeListenedOn_IsRefused_AndNothingChanges()
    {
        using TestClient client = await ConnectAsync();
        using Socket busy = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        int port = LoopbackPorts.Next();
        busy.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
        busy.Listen(1);
        Assert.That(await client.AskAsync("CONFIG", "SET", "port", Text(port)), Is.EqualTo(
            "-ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs."));
        Assert.That(await client.AskAsync("CONFIG", "SET", "bind", "192.0.2.1"), Is.EqualTo(
            "-ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified addresses."));
        Assert.That(await client.AskAsync("CONFIG", "SET", "slowlog-max-len", "5", "port", Text(port)), Does.StartWith("-ERR CONFIG SET failed"));
        Assert.That(await client.AskAsync("CONFIG", "GET", "slowlog-max-len"), Is.EqualTo("[$slowlog-max-len, $128]"));
        Assert.That(await Node.AskAsync("CONFIG", "GET", "port"), Is.EqualTo($"[$port, ${Node.Port}]"));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
