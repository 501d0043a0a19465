namespace Redis.Server.Keyspace;

/// <summary>Several observers as one. Whoever is only now and then interested stays out of it meanwhile: changes cost less.</summary>
internal sealed class KeyspaceObservers(IReadOnlyList<IKeyspaceObserver> observers) : IKeyspaceObserver
{
    /// <summary>Those that listen.</summary>
    public IReadOnlyList<IKeyspaceObserver> Listening => observers;

    public void Modified(ReadOnlySpan<byte> key)
    {
        foreach (IKeyspaceObserver observer in observers)
            observer.Modified(key);
    }

    public void Flushed()
    {
        foreach (IKeyspaceObserver observer in observers)
            observer.Flushed();
    }

    public void Event(EventClass kind, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key)
    {
        foreach (IKeyspaceObserver observer in observers)
            observer.Event(kind, name, key);
    }
}
