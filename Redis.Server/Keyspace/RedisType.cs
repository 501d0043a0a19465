namespace Redis.Server.Keyspace;

/// <summary>The types of values, as TYPE names them.</summary>
internal enum RedisType : byte
{
    /// <summary>No value.</summary>
    None,

    /// <summary>string</summary>
    String,

    /// <summary>list</summary>
    List,

    /// <summary>set</summary>
    Set,

    /// <summary>zset</summary>
    SortedSet,

    /// <summary>hash</summary>
    Hash,

    /// <summary>stream</summary>
    Stream,
}
