namespace Redis.Server.Tests.Oracle.Families;

/// <summary>The families under differential test: a new family is a line here.</summary>
internal static class AllFamilies
{
    public static IReadOnlyList<CommandFamily> List { get; } =
    [
        StringFamily.Instance,
        ListFamily.Instance,
        HashFamily.Instance,
        SetFamily.Instance,
        SortedSetFamily.Instance,
        KeyFamily.Instance,
        BitmapFamily.Instance,
        HyperLogLogFamily.Instance,
        GeoFamily.Instance,
        SortFamily.Instance,
        DumpFamily.Instance,
    ];
}
