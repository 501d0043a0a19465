namespace Redis.Server.Peers;

/// <summary>Who this node is to its peers, and how it proves it.</summary>
/// <param name="ClusterId">The cluster's 32 characters.</param>
/// <param name="NodeId">Own node id.</param>
/// <param name="Address">Where other nodes reach this one.</param>
/// <param name="User">ACL user for connections between nodes.</param>
/// <param name="Password">Its password.</param>
/// <param name="LogsIn">Whether they are sent.</param>
/// <param name="Patience">How long a peer's machine may leave what is sent to it unacknowledged.</param>
internal sealed record PeerIdentity(string ClusterId, int NodeId, string Address, string User, string Password, bool LogsIn, TimeSpan Patience);
