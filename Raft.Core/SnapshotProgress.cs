namespace Raft.Core;

/// <summary>How far a snapshot is on its way to one peer.</summary>
internal sealed class SnapshotProgress(RaftSnapshot snapshot, TimeSpan now)
{
    public RaftSnapshot Snapshot { get; } = snapshot;

    public SnapshotId Id => Snapshot.Id;

    /// <summary>The members as of the snapshot, as the messages carry them.</summary>
    public byte[] Configuration { get; } = snapshot.Configuration.Encode();

    /// <summary>Where the next chunk begins.</summary>
    public long Sent { get; private set; }

    /// <summary>What the peer said it holds.</summary>
    public long Received { get; private set; }

    /// <summary>The peer has said where to go on; until it has, only heartbeats are sent.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>When the peer last said something new, or was last asked.</summary>
    public TimeSpan Progressed { get; private set; } = now;

    public void SentChunk(int length) => Sent += length;

    /// <summary>The peer fell silent: what was sent may be lost, so ask anew where to go on.</summary>
    public void Close(TimeSpan time)
    {
        Progressed = time;
        IsOpen = false;
        Sent = Received;
    }

    /// <summary>
    /// The peer holds the bytes before <paramref name="received"/>. Less than it once said is an old answer while chunks
    /// flow, and the truth after a silence: it restarted and begins again.
    /// </summary>
    public void Acknowledge(long received, TimeSpan time)
    {
        Check.That(received <= Id.Size, "a peer receives no more than was sent");
        if (!IsOpen)
        {
            IsOpen = true;
            Progressed = time;
            Received = Sent = received;
        }
        else if (received > Received)
        {
            Progressed = time;
            Received = received;
            Sent = Math.Max(Sent, received);
        }
    }
}
