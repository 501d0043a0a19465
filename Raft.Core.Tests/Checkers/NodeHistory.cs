namespace Raft.Core.Tests.Checkers;

/// <summary>What the checkers remember of one incarnation of a node between two steps.</summary>
internal sealed class NodeHistory
{
    private readonly List<(long Index, ClusterConfiguration Configuration)> _configurations = [];

    public LogCursors Cursors { get; set; }

    public Contacts Contacts { get; } = new();

    public RaftRole Role { get; set; }

    public long Term { get; set; }

    /// <summary>The last term in which this incarnation led.</summary>
    public long LedTerm { get; set; }

    /// <summary>The members that the log says after the last step.</summary>
    public ClusterConfiguration SettledConfiguration { get; private set; } = ClusterConfiguration.Empty;

    /// <summary>The members that the log says now: the latest configuration in it, committed or not.</summary>
    public ClusterConfiguration Configuration => _configurations.Count == 0 ? ClusterConfiguration.Empty : _configurations[^1].Configuration;

    /// <summary>The members before those, as far as they are known.</summary>
    public ClusterConfiguration PreviousConfiguration => _configurations.Count < 2 ? Configuration : _configurations[^2].Configuration;

    /// <summary>Where the latest configuration stands, or 0.</summary>
    public long ConfigurationIndex => _configurations.Count == 0 ? 0 : _configurations[^1].Index;

    /// <summary>Where the configurations known begin to name a member.</summary>
    public long FirstIndexWith(int id) => _configurations.Find(c => c.Configuration.Find(id) is not null).Index;

    /// <summary>Whom this node asked in this step to campaign in its place, and where its own log ended.</summary>
    public (int Target, EntryId Last)? Asked { get; set; }

    public bool ConfigurationMoved => !ReferenceEquals(SettledConfiguration, Configuration);

    public void Settle() => SettledConfiguration = Configuration;

    public void AddConfiguration(long index, ClusterConfiguration configuration) => _configurations.Add((index, configuration));

    public void DropConfigurationsFrom(long index) => _configurations.RemoveAll(c => c.Index >= index);

    public void ResetConfiguration(long index, ClusterConfiguration configuration)
    {
        _configurations.Clear();
        AddConfiguration(index, configuration);
    }
}
