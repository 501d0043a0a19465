using Redis.Server.Configuration;
using Redis.Server.Keyspace;

namespace Redis.Server.PubSub;

/// <summary>
/// notify-keyspace-events: publishes what happens to keys, where and when it is applied.
/// https://redis.io/docs/latest/develop/use/keyspace-notifications/
/// </summary>
internal sealed class KeyspaceNotifications(Channels channels, Func<KeyspaceEventClasses> classes) : IKeyspaceObserver
{
    private readonly List<byte[]> _misses = [];
    private byte[] _channel = new byte[128];
    private bool _isReading;

    public void Event(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        KeyspaceEventClasses wanted = classes();
        if ((wanted & (KeyspaceEventClasses)kind) == 0 || channels.IsEmpty)
            return;
        if (_isReading && kind == EventClass.KeyMiss)
        {
            _misses.Add(key.ToArray());
            return;
        }

        Publish(wanted, name, key);
    }

    /// <summary>A read begins, which may have to be repeated: what it misses is published at its end.</summary>
    public void BeginRead() => _isReading = true;

    /// <summary>A read has ended; one that will be repeated tells nothing yet.</summary>
    public void EndRead(bool isRepeated)
    {
        _isReading = false;
        if (_misses.Count == 0)
            return;
        if (!isRepeated)
        {
            foreach (byte[] key in _misses)
                Publish(classes(), "keymiss"u8, key);
        }

        _misses.Clear();
    }

    public void Modified(ReadOnlySpan<byte> key)
    {
    }

    public void Flushed()
    {
    }

    private void Publish(KeyspaceEventClasses wanted, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        if ((wanted & KeyspaceEventClasses.Keyspace) != 0)
            channels.Publish(Channel("__keyspace@0__:"u8, key), name);
        if ((wanted & KeyspaceEventClasses.Keyevent) != 0)
            channels.Publish(Channel("__keyevent@0__:"u8, name), key);
    }

    private ReadOnlySpan<byte> Channel(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> rest)
    {
        if (_channel.Length < prefix.Length + rest.Length)
            _channel = new byte[prefix.Length + rest.Length];
        prefix.CopyTo(_channel);
        rest.CopyTo(_channel.AsSpan(prefix.Length));
        return _channel.AsSpan(0, prefix.Length + rest.Length);
    }
}
