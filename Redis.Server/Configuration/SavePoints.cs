using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>The save directive: Redis's syntax is checked, and then only "no save points" passes.</summary>
internal static class SavePoints
{
    /// <summary>For the option's row: null, or what is wrong.</summary>
    public static string? Check(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return null;
        bool wellFormed = words.Count % 2 == 0 && words.Select((w, i) => (w, i)).All(p =>
            long.TryParse(p.w, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= (p.i % 2 == 0 ? 1 : 0));
        return wellFormed ? "must be \"\": the Raft log decides when a snapshot is due" : "Invalid save parameters";
    }
}
