using NUnit.Framework;
using Redis.Server.Replication;

namespace Redis.Server.Tests.Replication;

internal sealed class IntakeBoundTests
{
    private const long Megabyte = 1L << 20;

    [Test]
    public void ClientsAreHeldBack_FromTheBoundToHalfOfIt()
    {
        IntakeBound bound = new();
        bound.Look(256 * Megabyte);
        Assert.That((bound.RoomAsync().IsCompleted, bound.HeldBack), Is.EqualTo((true, 0)));
        bound.Look(256 * Megabyte + 1);
        Task room = bound.RoomAsync();
        Assert.That((room.IsCompleted, bound.HeldBack), Is.EqualTo((false, 1)));
        bound.Look(128 * Megabyte + 1);
        Assert.That(room.IsCompleted, Is.False, "or they would come and go all the time");
        bound.Look(128 * Megabyte);
        Assert.That((room.IsCompleted, bound.RoomAsync().IsCompleted), Is.EqualTo((true, true)));
        bound.Look(300 * Megabyte);
        Assert.That((bound.RoomAsync().IsCompleted, bound.HeldBack), Is.EqualTo((false, 2)));
        bound.Look(0);
        Assert.That(bound.RoomAsync().IsCompleted, "also when the server is taken out of service");
    }
}
