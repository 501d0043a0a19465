namespace Redis.Server.PubSub;

/// <summary>What a name in a subscription stands for.</summary>
internal enum SubscriptionKind
{
    /// <summary>SUBSCRIBE: one channel.</summary>
    Channel,

    /// <summary>PSUBSCRIBE: all channels that match.</summary>
    Pattern,

    /// <summary>SSUBSCRIBE: one shard channel, a name space of its own.</summary>
    ShardChannel,
}
