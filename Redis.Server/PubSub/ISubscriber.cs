namespace Redis.Server.PubSub;

/// <summary>A connection that messages are pushed to. Application's turn only.</summary>
internal interface ISubscriber
{
    /// <summary>RESP version in which it is spoken to.</summary>
    int ProtocolVersion { get; }

    /// <summary>What it has subscribed to.</summary>
    Subscriptions Subscriptions { get; }

    /// <summary>Sends a message, between replies and never inside one.</summary>
    void Push(ReadOnlySpan<byte> message);

    /// <summary>This node leads no more: the connection ends once what was pushed is sent.</summary>
    void Dismiss();
}
