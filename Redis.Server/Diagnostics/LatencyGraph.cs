using System.Globalization;
using System.Text;

namespace Redis.Server.Diagnostics;

/// <summary>LATENCY GRAPH: the samples as a filled line of characters, each with its age below, as Redis draws it.</summary>
internal static class LatencyGraph
{
    private const int Columns = 80;
    private const int Rows = 4;
    private const string Levels = "_o#";

    public static string Draw(string name, LatencySeries series, long now)
    {
        (long Time, long Milliseconds)[] samples = [.. series.Samples];
        long high = samples.Max(sample => sample.Milliseconds);
        long low = samples.Min(sample => sample.Milliseconds);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{name} - high {high} ms, low {low} ms (all time high {series.Worst} ms)\n");
        text.Append('-', Columns).Append('\n');
        string[] ages = [.. samples.Select(sample => Age(now - sample.Time))];
        int[] steps = [.. samples.Select(sample => Step(sample.Milliseconds - low, high - low))];
        for (int first = 0; first < samples.Length; first += Columns)
        {
            int end = Math.Min(samples.Length, first + Columns);
            DrawStrip(text, steps[first..end], ages[first..end]);
            if (end < samples.Length)
            {
                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static int Step(long value, long range) =>
        (int)Math.Min(Rows * Levels.Length - 1, value * (double)(Rows * Levels.Length) / Math.Max(1, range));

    private static void DrawStrip(StringBuilder text, int[] steps, string[] ages)
    {
        for (int row = 0; row < Rows; row++)
        {
            int bottom = (Rows - row - 1) * Levels.Length;
            foreach (int step in steps)
            {
                text.Append(step < bottom ? ' ' : step - bottom < Levels.Length ? Levels[step - bottom] : '|');
            }

            text.Append('\n');
        }

        text.Append(' ', steps.Length).Append('\n');
        for (int i = 0; i < ages.Max(age => age.Length); i++)
        {
            foreach (string age in ages)
            {
                text.Append(i < age.Length ? age[i] : ' ');
            }

            text.Append('\n');
        }
    }

    private static string Age(long seconds) => seconds switch
    {
        < 60 => $"{seconds}s",
        < 3600 => $"{seconds / 60}m",
        < 86400 => $"{seconds / 3600}h",
        _ => $"{seconds / 86400}d",
    };
}
