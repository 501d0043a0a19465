namespace Redis.Server.Replication;

/// <summary>
/// Reads of the leader that wait for an entry, and are then run again: for a tick, when they met a key that is due by the leader's clock
/// only, or for an entry with the read itself, which keeps what it found. Application's turn only.
/// </summary>
/// <param name="again">Goes on with a stream.</param>
/// <param name="abandon">Gives the request up whose turn it is.</param>
internal sealed class RepeatedReads(Action<RequestStream> again, Action<RequestStream> abandon)
{
    private readonly List<RequestStream> _streams = [];

    /// <summary>Proposes an entry of nobody's and tells what became of it; false when this node does not lead.</summary>
    public Func<byte[], Action<EntryFate>, bool> Propose { get; set; } = (_, _) => false;

    /// <summary>Whether the read at the head of the stream waits.</summary>
    public bool Include(RequestStream stream) => _streams.Contains(stream);

    /// <summary>Lets the read at the head of the stream wait: for an entry with <paramref name="read"/>, or else for any. False when there is none to be had.</summary>
    public bool TryAdd(RequestStream stream, byte[]? read)
    {
        if ((read is not null || _streams.Count == 0) && !Propose(read ?? EntryPayload.TickBytes, Ended))
        {
            return false;
        }

        _streams.Add(stream);
        return true;
    }

    private void Ended(EntryFate fate)
    {
        RequestStream[] streams = [.. _streams];
        _streams.Clear();
        foreach (RequestStream stream in streams)
        {
            if (fate == EntryFate.Applied)
            {
                again(stream);
            }
            else
            {
                abandon(stream);
            }
        }
    }
}
