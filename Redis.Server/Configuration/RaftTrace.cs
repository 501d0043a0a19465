namespace Redis.Server.Configuration;

/// <summary>What raft.trace turns on.</summary>
[Flags]
internal enum RaftTrace
{
    Off = 0,
    Node = 1,
    Connection = 2,
    RaftLibrary = 4,
    RaftLog = 8,
    Generic = 16,
    Migration = 32,
    All = Node | Connection | RaftLibrary | RaftLog | Generic | Migration,
}
