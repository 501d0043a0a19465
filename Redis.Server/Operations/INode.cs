namespace Redis.Server.Operations;

/// <summary>What the process needs of a node, once it was made from options and a logger factory.</summary>
internal interface INode : IAsyncDisposable
{
    /// <summary>
    /// Ends when the node ends by itself: SHUTDOWN, its removal from the cluster, or (then it is faulted) something it
    /// cannot go on from.
    /// </summary>
    Task Ended { get; }

    /// <summary>Completes when what the disk holds has been loaded; until then data commands answer LOADING.</summary>
    Task Loaded { get; }

    /// <summary>Opens the data directory, restores the state and listens.</summary>
    /// <exception cref="Raft.Storage.StorageException">The data cannot be used.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">A port cannot be listened on.</exception>
    Task StartAsync();

    /// <summary>Hands leadership over, finishes what is in flight and closes everything.</summary>
    Task StopAsync();
}
