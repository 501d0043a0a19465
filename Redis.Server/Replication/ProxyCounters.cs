namespace Redis.Server.Replication;

/// <summary>What INFO raft tells of proxied requests. Any thread.</summary>
internal sealed class ProxyCounters
{
    private long _requests;
    private long _failedRequests;
    private long _failedResponses;
    private long _outstanding;

    /// <summary>Requests passed on, or tried to.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests that could not be passed on.</summary>
    public long FailedRequests => Volatile.Read(ref _failedRequests);

    /// <summary>Requests that were passed on and never answered.</summary>
    public long FailedResponses => Volatile.Read(ref _failedResponses);

    /// <summary>Requests that wait for the leader's answer.</summary>
    public long Outstanding => Volatile.Read(ref _outstanding);

    public void Asked(int requests)
    {
        Interlocked.Add(ref _requests, requests);
        Interlocked.Add(ref _outstanding, requests);
    }

    public void Answered() => Interlocked.Decrement(ref _outstanding);

    public void NotSent()
    {
        Interlocked.Decrement(ref _outstanding);
        Interlocked.Increment(ref _failedRequests);
    }

    public void NotAnswered()
    {
        Interlocked.Decrement(ref _outstanding);
        Interlocked.Increment(ref _failedResponses);
    }
}
