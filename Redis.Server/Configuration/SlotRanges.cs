using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>Hash slots as raft.slot-config writes them: "0:8191,9000".</summary>
internal static class SlotRanges
{
    private const int Slots = 16384;

    public static bool TryParse(string text, out List<(int First, int Last)> ranges)
    {
        ranges = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split(':');
            if (ends.Length > 2 || !IsSlot(ends[0], out int first) || !IsSlot(ends[^1], out int last) || last < first) return false;
            ranges.Add((first, last));
        }
        return true;
    }

    /// <summary>For option rows: null, or what is wrong.</summary>
    public static string? Check(string text) =>
        text.Length == 0 || TryParse(text, out _) ? null : "argument must be slots (0..16383) of the form slot or start:end, separated by commas";

    private static bool IsSlot(string text, out int slot) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out slot) && slot < Slots;
}
