namespace Redis.Server.Peers;

/// <summary>The other node has applied that this one is no member any more.</summary>
internal sealed class RemovedException(string message) : IOException(message);
