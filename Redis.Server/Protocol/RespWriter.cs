using System.Buffers;

namespace Redis.Server.Protocol;

/// <summary>Writes replies in RESP2 or RESP3 into one growing buffer. Under construction: the contract.</summary>
internal sealed class RespWriter
{
    /// <summary>2 or 3: which protocol the receiver speaks (HELLO).</summary>
    public int Version { get; set; } = 2;

    /// <summary>Nobody will read this reply (a follower applies, CLIENT REPLY OFF): nothing is written.</summary>
    public bool IsMuted { get; set; }
}
