namespace Redis.Server.Replication;

/// <summary>Clients that have replies which are not sent yet: one send for all that a batch made. Application's turn only.</summary>
internal sealed class ReplyFlushes
{
    private readonly List<RequestStream> _streams = [];

    public void Add(RequestStream stream)
    {
        if (!stream.IsFlushPending)
        {
            stream.IsFlushPending = true;
            _streams.Add(stream);
        }
    }

    public void FlushAll()
    {
        foreach (RequestStream stream in _streams)
        {
            stream.IsFlushPending = false;
            stream.Output.Flush();
        }

        _streams.Clear();
    }
}
