using System.Net;
using NUnit.Framework;
using Redis.Server.Peers;

namespace Redis.Server.Tests.Cluster;

/// <summary>A connection under way: what was given up must not be sent once it stands, or a client is told that nothing happened, and it did.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DialledTransportTests
{
    private readonly TaskCompletionSource<Transport> _dial = new();
    private readonly RecordingTransport _dialled = new();

    [Test]
    public void WhatWasForgone_IsNotSent_WhenTheConnectionStands()
    {
        DialledTransport transport = new(_dial.Task);
        Task sending = transport.SendAsync(new byte[7]).AsTask();
        Assert.That(transport.TryForgo());
        _dial.SetResult(_dialled);
        Assert.That(async () => await sending, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(_dialled.Sent, Is.Zero);
        Assert.That(transport.TryForgo(), "still nothing");
    }

    [Test]
    public async Task WhatWasSent_CannotBeForgone()
    {
        DialledTransport transport = new(_dial.Task);
        Task sending = transport.SendAsync(new byte[7]).AsTask();
        _dial.SetResult(_dialled);
        await sending;
        Assert.That(transport.TryForgo(), Is.False);
        Assert.That(_dialled.Sent, Is.EqualTo(7));
    }

    private sealed class RecordingTransport : Transport
    {
        public int Sent { get; private set; }

        public override EndPoint? Remote => null;

        public override EndPoint? Local => null;

        public override long Handle => -1;

        public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => new(0);

        public override ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
        {
            Sent += bytes.Length;
            return ValueTask.CompletedTask;
        }

        public override void Shutdown() => Close();

        public override void Close()
        {
        }
    }
}
