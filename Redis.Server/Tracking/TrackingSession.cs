using Redis.Server.PubSub;

namespace Redis.Server.Tracking;

/// <summary>How a client wants to be told that what it caches has changed: the options of CLIENT TRACKING.</summary>
[Flags]
internal enum TrackingModes
{
    None = 0,

    /// <summary>BCAST: every key under the prefixes, whether it was read or not.</summary>
    Broadcast = 1,

    /// <summary>OPTIN: only what is read right after CLIENT CACHING YES.</summary>
    OptIn = 2,

    /// <summary>OPTOUT: all but what is read right after CLIENT CACHING NO.</summary>
    OptOut = 4,

    /// <summary>NOLOOP: not what the client itself has changed.</summary>
    NoLoop = 8,
}

/// <summary>One client that has turned tracking on. Application's turn only.</summary>
internal sealed class TrackingSession(ISubscriber client)
{
    public ISubscriber Client => client;

    public TrackingModes Modes { get; set; }

    /// <summary>The client that is told in this one's place; 0: nobody.</summary>
    public long Redirect { get; set; }

    /// <summary>The client to be told in this one's place was gone when it was looked for.</summary>
    public bool IsRedirectBroken { get; set; }

    /// <summary>CLIENT CACHING was called for the next command.</summary>
    public bool IsCachingGiven { get; set; }

    /// <summary>Whether it is still on: the table forgets those that are not when it meets them.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>BCAST: the beginnings of the keys it wants to hear of.</summary>
    public SortedSet<byte[]> Prefixes { get; } = new(ByteOrder.Instance);

    /// <summary>Memory of the prefixes, roughly. Any thread.</summary>
    public long PrefixBytes { get; set; }

    public bool Has(TrackingModes modes) => (Modes & modes) == modes;

    /// <summary>Whether keys that it reads now are to be remembered.</summary>
    public bool RemembersReads => !Has(TrackingModes.Broadcast)
        && !(Has(TrackingModes.OptIn) && !IsCachingGiven)
        && !(Has(TrackingModes.OptOut) && IsCachingGiven);
}
