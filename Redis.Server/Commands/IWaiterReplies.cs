using Raft.Core;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>
/// Where the late replies of commands that waited go. Implemented by the host; called on the application thread while an entry
/// is applied, on every replica, also for waiters whose clients are connected elsewhere.
/// </summary>
internal interface IWaiterReplies
{
    /// <summary>
    /// The writer for the reply to the command that entry <paramref name="waiter"/> brought: cleared, with the client's
    /// protocol version; muted when the client is not here. Not the writer of the command being applied.
    /// </summary>
    RespWriter Begin(EntryId waiter);

    /// <summary>The reply is written: send it, and go on with the client's next command.</summary>
    void End(EntryId waiter);
}
