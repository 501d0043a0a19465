namespace Redis.Server.Commands;

/// <summary>The families of data commands: a new family is a line here.</summary>
internal static class DataCommands
{
    /// <summary>All rows.</summary>
    public static IEnumerable<Command> Rows =>
    [
        .. StringCommands.Rows,
        .. ListCommands.Rows,
        .. HashCommands.Rows,
        .. HashExpiryCommands.Rows,
        .. SetCommands.Rows,
        .. SortedSetCommands.Rows,
        .. BitmapCommands.Rows,
        .. BitFieldCommands.Rows,
        .. HyperLogLogCommands.Rows,
        .. CounterCommands.Rows,
        .. SubstringCommands.Rows,
        .. KeyCommands.Rows,
        .. BlockingListCommands.Rows,
        .. BlockingSortedSetCommands.Rows,
        .. ExpireCommands.Rows,
        .. ScanCommands.Rows,
        .. ObjectCommands.Rows,
        .. GeoCommands.Rows,
        .. GeoSearchCommands.Rows,
        .. SortCommands.Rows,
        .. DumpCommands.Rows,
        .. PublishCommands.Rows,
        .. WatchCommands.Rows,
    ];
}
