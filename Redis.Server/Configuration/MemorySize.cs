using System.Globalization;

namespace Redis.Server.Configuration;

/// <summary>Sizes as redis.conf writes them: 1k = 1000, 1kb = 1024, likewise m, mb, g, gb, in any case.</summary>
internal static class MemorySize
{
    /// <summary>False when it is no size. A size beyond 64 bits saturates, so that a range check reports it.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        long unit = text[digits..].ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "K" => 1000,
            "KB" => 1L << 10,
            "M" => 1_000_000,
            "MB" => 1L << 20,
            "G" => 1_000_000_000,
            "GB" => 1L << 30,
            _ => 0,
        };
        if (digits == 0 || unit == 0) return false;
        Int128 size = Int128.TryParse(text[..digits], CultureInfo.InvariantCulture, out Int128 count) && count < long.MaxValue
            ? count * unit
            : Int128.MaxValue;
        bytes = size > long.MaxValue ? long.MaxValue : (long)size;
        return true;
    }

    /// <summary>The shortest exact spelling: 64mb, 1500.</summary>
    public static string Format(long bytes)
    {
        if (bytes == 0) return "0";
        if (bytes % (1L << 30) == 0) return $"{bytes >> 30}gb";
        if (bytes % (1L << 20) == 0) return $"{bytes >> 20}mb";
        if (bytes % (1L << 10) == 0) return $"{bytes >> 10}kb";
        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
