using System.Globalization;
using System.Text;

namespace Redis.Server.Diagnostics;

/// <summary>How INFO writes things down.</summary>
internal static class InfoText
{
    public static void Section(StringBuilder text, string title, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        text.Append("# ").Append(title).Append("\r\n");
        Fields(text, fields);
    }

    public static void Fields(StringBuilder text, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        foreach ((string name, object value) in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}:{value}\r\n");
        }
    }

    public static string Human(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes}B",
        < 1L << 20 => Scaled(bytes, 1L << 10, "K"),
        < 1L << 30 => Scaled(bytes, 1L << 20, "M"),
        < 1L << 40 => Scaled(bytes, 1L << 30, "G"),
        _ => Scaled(bytes, 1L << 40, "T"),
    };

    /// <summary>A word from outside, without what would be taken for INFO's own signs.</summary>
    public static string Plain(string word) => string.Join('_', word.Split('#', ':', '\r', '\n'));

    /// <summary>Two decimals.</summary>
    public static string Decimal(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Ratio(long part, long whole) => Decimal(whole == 0 ? 0 : (double)part / whole);

    public static string Percent(long part, long whole) => $"{Decimal(whole == 0 ? 0 : 100.0 * part / whole)}%";

    private static string Scaled(long bytes, long unit, string suffix) => Decimal((double)bytes / unit) + suffix;
}
