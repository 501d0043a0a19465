using System.Globalization;
using Benchmarks.Measuring;

namespace Benchmarks.Growth;

/// <summary>A panel a command: requests a second of both, over what grows.</summary>
internal static class GrowthChart
{
    private const int Panel = 360;
    private const int Height = 260;
    private const int Left = 60;
    private const int Right = 20;
    private const int Top = 44;
    private const int Bottom = 46;
    private const int GridLines = 4;

    public static string Draw(Curve curve, IReadOnlyList<GrowthPoint> points)
    {
        Svg svg = new(Panel * Curve.Commands.Count, Height);
        for (int i = 0; i < Curve.Commands.Count; i++)
        {
            string command = Curve.Commands[i];
            DrawPanel(svg, i * Panel, curve, command, [.. points.Where(p => p.Command == command)]);
        }
        return svg.ToString();
    }

    private static void DrawPanel(Svg svg, int x, Curve curve, string command, GrowthPoint[] points)
    {
        double most = points.Max(p => Math.Max(p.Yardstick, p.Cluster));
        double X(int i) => x + Left + (i * (double)(Panel - Left - Right) / Math.Max(1, points.Length - 1));
        double Y(double perSecond) => Height - Bottom - (perSecond / most * (Height - Top - Bottom));

        svg.Word(x + Left, 18, $"{command}, requests a second", size: 13);
        svg.Word(x + Left, 34, "three nodes", colour: Svg.Accent, size: 11);
        svg.Word(x + Left + 80, 34, "one redis-server, appendfsync always", colour: Svg.Faint, size: 11);
        for (int line = 0; line <= GridLines; line++)
        {
            double value = most * line / GridLines;
            svg.Line(x + Left, Y(value), x + Panel - Right, Y(value), Svg.Faint, 0.3);
            svg.Word(x + Left - 6, Y(value) + 4, string.Create(CultureInfo.InvariantCulture, $"{value / 1000:F0}k"), "end", size: 10);
        }
        svg.Curve(points.Select((p, i) => (X(i), Y(p.Yardstick))), Svg.Faint);
        svg.Curve(points.Select((p, i) => (X(i), Y(p.Cluster))), Svg.Accent);
        for (int i = 0; i < points.Length; i++) svg.Word(X(i), Height - Bottom + 16, curve.Label(points[i].Value), "middle", size: 10);
        svg.Word(x + Left + ((Panel - Left - Right) / 2), Height - 8, curve.Name, "middle", size: 11);
    }
}
