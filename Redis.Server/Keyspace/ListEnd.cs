namespace Redis.Server.Keyspace;

/// <summary>The end of a list that a command works at.</summary>
internal enum ListEnd
{
    /// <summary>LEFT: index 0.</summary>
    Head,

    /// <summary>RIGHT: index -1.</summary>
    Tail,
}
