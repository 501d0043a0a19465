namespace Redis.Server.Keyspace;

/// <summary>All keys of the one database. Under construction: the contract.</summary>
internal sealed class Keyspace;
