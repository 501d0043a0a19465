using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.PubSub;

/// <summary>
/// Who of this node's clients has subscribed to what, and the way of a message to them. Application's turn only. Not part
/// of the replicated state: only the leader has subscribers, so that each message is delivered by one node.
/// </summary>
internal sealed class Channels
{
    private readonly Dict<HashSet<ISubscriber>>[] _tables = [new(), new(), new()];
    private readonly RespWriter[] _writers = [new() { Version = 2 }, new() { Version = 3 }];

    /// <summary>Whether nobody has subscribed to anything.</summary>
    public bool IsEmpty => _tables[0].Count + _tables[1].Count + _tables[2].Count == 0;

    /// <summary>Channels, patterns or shard channels that have subscribers.</summary>
    public int Count(SubscriptionKind kind) => _tables[(int)kind].Count;

    /// <summary>Channels of a kind that have subscribers.</summary>
    public byte[] NameAt(SubscriptionKind kind, int index) => _tables[(int)kind].KeyArrayAt(index);

    /// <summary>Subscribers of one channel.</summary>
    public int SubscribersOf(SubscriptionKind kind, ReadOnlySpan<byte> name)
    {
        int index = _tables[(int)kind].IndexOf(name);
        return index < 0 ? 0 : _tables[(int)kind].ValueAt(index).Count;
    }

    /// <summary>Adds a subscription; nothing happens when the client has it.</summary>
    public void Subscribe(ISubscriber subscriber, SubscriptionKind kind, ReadOnlySpan<byte> name)
    {
        if (!subscriber.Subscriptions.Add(kind, name))
            return;
        ref HashSet<ISubscriber> subscribers = ref _tables[(int)kind].GetOrAdd(name, out bool existed);
        if (!existed)
            subscribers = [];
        subscribers.Add(subscriber);
    }

    /// <summary>Takes a subscription away; nothing happens when the client does not have it.</summary>
    public void Unsubscribe(ISubscriber subscriber, SubscriptionKind kind, ReadOnlySpan<byte> name)
    {
        if (!subscriber.Subscriptions.Remove(kind, name))
            return;
        Dict<HashSet<ISubscriber>> table = _tables[(int)kind];
        int index = table.IndexOf(name);
        HashSet<ISubscriber> subscribers = table.ValueAt(index);
        subscribers.Remove(subscriber);
        if (subscribers.Count == 0)
            table.RemoveAt(index);
    }

    /// <summary>Takes all subscriptions of a client away (RESET, its end).</summary>
    public void UnsubscribeAll(ISubscriber subscriber)
    {
        foreach (SubscriptionKind kind in Enum.GetValues<SubscriptionKind>())
        {
            foreach (byte[] name in subscriber.Subscriptions.NamesOf(kind))
                Unsubscribe(subscriber, kind, name);
        }
    }

    /// <summary>PUBLISH: to the channel's subscribers and to those of every matching pattern. Answers to how many.</summary>
    public int Publish(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        int receivers = Deliver(SubscriptionKind.Channel, "message"u8, channel, message);
        Dict<HashSet<ISubscriber>> patterns = _tables[(int)SubscriptionKind.Pattern];
        for (int i = 0; i < patterns.Count; i++)
        {
            byte[] pattern = patterns.KeyArrayAt(i);
            if (!Glob.Matches(pattern, channel))
                continue;
            foreach (ISubscriber subscriber in patterns.ValueAt(i))
                subscriber.Push(EncodeMatch(subscriber.ProtocolVersion, pattern, channel, message));
            receivers += patterns.ValueAt(i).Count;
            Forget();
        }

        return receivers;
    }

    /// <summary>SPUBLISH: to the shard channel's subscribers. Answers to how many.</summary>
    public int PublishToShard(ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message) =>
        Deliver(SubscriptionKind.ShardChannel, "smessage"u8, channel, message);

    /// <summary>This node leads no more: its subscribers would wait for messages that only another node delivers.</summary>
    public void DismissAll()
    {
        HashSet<ISubscriber> all = [];
        foreach (Dict<HashSet<ISubscriber>> table in _tables)
        {
            for (int i = 0; i < table.Count; i++)
                all.UnionWith(table.ValueAt(i));
        }

        foreach (ISubscriber subscriber in all)
        {
            UnsubscribeAll(subscriber);
            subscriber.Dismiss();
        }
    }

    private int Deliver(SubscriptionKind kind, ReadOnlySpan<byte> word, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        Dict<HashSet<ISubscriber>> table = _tables[(int)kind];
        int index = table.Count == 0 ? -1 : table.IndexOf(channel);
        if (index < 0)
            return 0;
        HashSet<ISubscriber> subscribers = table.ValueAt(index);
        foreach (ISubscriber subscriber in subscribers)
            subscriber.Push(Encode(subscriber.ProtocolVersion, word, channel, message));
        Forget();
        return subscribers.Count;
    }

    /// <summary>The message for all subscribers of a version: written once.</summary>
    private ReadOnlySpan<byte> Encode(int version, ReadOnlySpan<byte> word, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        RespWriter writer = _writers[version - 2];
        if (writer.Length == 0)
        {
            writer.PushHeader(3);
            writer.BulkString(word);
            writer.BulkString(channel);
            writer.BulkString(message);
        }

        return writer.Written;
    }

    private ReadOnlySpan<byte> EncodeMatch(int version, ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> channel, ReadOnlySpan<byte> message)
    {
        RespWriter writer = _writers[version - 2];
        if (writer.Length == 0)
        {
            writer.PushHeader(4);
            writer.BulkString("pmessage"u8);
            writer.BulkString(pattern);
            writer.BulkString(channel);
            writer.BulkString(message);
        }

        return writer.Written;
    }

    private void Forget()
    {
        foreach (RespWriter writer in _writers)
            writer.Clear();
    }
}
