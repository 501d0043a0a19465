using System.Collections.Concurrent;
using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>
/// Puts keys into a keyspace on a thread of its own, in their order, while the next ones are being parsed: finding a key's place
/// takes about as long as reading it.
/// </summary>
internal sealed class KeyLoader : IDisposable
{
    private const int BatchSize = 256;
    private const int Batches = 8;

    private readonly Keyspace _keyspace;
    private readonly BlockingCollection<Batch> _full = new(Batches);
    private readonly ConcurrentBag<Batch> _empty = [];
    private readonly Thread _thread;
    private Batch _batch = new();
    private volatile RdbFormatException? _failure;

    public KeyLoader(Keyspace keyspace)
    {
        _keyspace = keyspace;
        _thread = new Thread(Run) { Name = "key loader", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Adds the next key; expiry -1: none.</summary>
    /// <exception cref="RdbFormatException">One of those before was there twice.</exception>
    public void Add(byte[] key, in RedisValue value, long expiry)
    {
        _batch.Keys[_batch.Count++] = new LoadedKey(key, value, expiry);
        if (_batch.Count == BatchSize)
            Send();
    }

    /// <summary>Waits until all keys are in their places.</summary>
    /// <exception cref="RdbFormatException">One was there twice.</exception>
    public void Finish()
    {
        Send();
        End();
        if (_failure is { } failure)
            throw failure;
    }

    /// <summary>Ends the thread. The keyspace is of use only after <see cref="Finish"/>.</summary>
    public void Dispose()
    {
        End();
        _full.Dispose();
    }

    private void Send()
    {
        if (_failure is { } failure)
            throw failure;
        _full.Add(_batch);
        _batch = _empty.TryTake(out Batch? used) ? used : new Batch();
    }

    private void End()
    {
        if (!_full.IsAddingCompleted)
            _full.CompleteAdding();
        _thread.Join();
    }

    private void Run()
    {
        foreach (Batch batch in _full.GetConsumingEnumerable())
        {
            // After a failure the rest is only taken, so that the other side never waits for room.
            for (int i = 0; i < batch.Count && _failure is null; i++)
            {
                ref readonly LoadedKey key = ref batch.Keys[i];
                if (!_keyspace.TryLoad(key.Name, key.Value, key.Expiry))
                    _failure = new RdbFormatException($"Key '{RdbReader.Printable(key.Name)}' is there twice");
            }

            batch.Keys.AsSpan(0, batch.Count).Clear();
            batch.Count = 0;
            _empty.Add(batch);
        }
    }

    private readonly record struct LoadedKey(byte[] Name, RedisValue Value, long Expiry);

    private sealed class Batch
    {
        public LoadedKey[] Keys { get; } = new LoadedKey[BatchSize];

        public int Count { get; set; }
    }
}
