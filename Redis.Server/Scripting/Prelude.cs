namespace Redis.Server.Scripting;

/// <summary>The Lua code that makes what scripts find, as it stands in Prelude.lua.</summary>
internal static class Prelude
{
    public static byte[] Text { get; } = Read();

    private static byte[] Read()
    {
        using Stream stream = typeof(Prelude).Assembly.GetManifestResourceStream("Prelude.lua")!;
        byte[] text = new byte[stream.Length];
        stream.ReadExactly(text);
        return text;
    }
}
