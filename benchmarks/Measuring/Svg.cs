using System.Globalization;
using System.Net;
using System.Text;

namespace Benchmarks.Measuring;

/// <summary>Rectangles, lines and words in a picture that also reads well on a dark page.</summary>
internal sealed class Svg(int width, int height)
{
    public const string Ink = "#57606a";
    public const string Accent = "#2f81f7";
    public const string Good = "#2da44e";
    public const string Faint = "#8c959f";

    private readonly StringBuilder _body = new();

    public void Bar(double x, double y, double w, double h, string colour) =>
        Add($"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{w:F1}\" height=\"{h:F1}\" rx=\"2\" fill=\"{colour}\"/>");

    public void Line(double x1, double y1, double x2, double y2, string colour, double strength = 1) =>
        Add($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"{colour}\" stroke-width=\"{strength:F1}\"/>");

    public void Curve(IEnumerable<(double X, double Y)> points, string colour) =>
        Add($"<polyline points=\"{string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:F1},{p.Y:F1}")))}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");

    public void Word(double x, double y, string text, string anchor = "start", string colour = Ink, int size = 12) =>
        Add($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\">{WebUtility.HtmlEncode(text)}</text>");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\">\n{_body}</svg>\n");

    private void Add(FormattableString element) => _body.Append(element.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
