using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.ClusterBenchmark;

/// <summary>A bar for each load that has a goal: three nodes as a share of one fsyncing redis-server, the goal as a mark.</summary>
internal static class RatioChart
{
    private const int Width = 720;
    private const int Left = 150;
    private const int Row = 30;
    private const int Top = 50;
    private const double Unit = 300;

    public static string Draw(IEnumerable<RecordedRatio> ratios)
    {
        RecordedRatio[] rows = [.. ratios.Where(r => r.Goal is not null)];
        int height = Top + (rows.Length * Row) + 30;
        Svg svg = new(Width, height);
        svg.Word(10, 22, "Three nodes, every write on a majority's disks, against one redis-server with appendfsync always", size: 13);
        svg.Line(Left + Unit, Top - 8, Left + Unit, height - 24, Svg.Faint);
        svg.Word(Left + Unit, height - 8, "1.0 = as fast as the one", "middle", Svg.Faint, 11);
        for (int i = 0; i < rows.Length; i++)
        {
            double y = Top + (i * Row);
            double goal = Left + (Unit * rows[i].Goal!.Value);
            svg.Word(Left - 10, y + 14, rows[i].Load, "end");
            svg.Bar(Left, y, Unit * rows[i].Ratio, 18, rows[i].Ratio >= rows[i].Goal ? Svg.Good : Svg.Accent);
            svg.Line(goal, y - 4, goal, y + 22, Svg.Ink, 2);
            svg.Word(Width - 10, y + 14, string.Create(CultureInfo.InvariantCulture, $"{rows[i].Ratio:F2} (goal {rows[i].Goal:F2})"), "end");
        }
        return svg.ToString();
    }
}
