using NUnit.Framework;
using Redis.Server.Tests.Cluster;

namespace Redis.Server.Tests.ClientLibraries;

/// <summary>Three nodes for a client library, which comes in plainly or over TLS as a user of the ACL.</summary>
internal abstract class ClientCluster : SharedCluster
{
    protected ClientCluster(bool isSecure)
        : this(new ClientEntrance(isSecure))
    {
    }

    private ClientCluster(ClientEntrance entrance)
        : base(3, entrance.Door, entrance.ServerOptions) => Entrance = entrance;

    protected ClientEntrance Entrance { get; }

    [OneTimeTearDown]
    public void Close() => Entrance.Dispose();
}
