using System.Globalization;
using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Points, distances and units as geo commands take and give them.</summary>
internal static class GeoArguments
{
    /// <summary>Longitude and latitude at <paramref name="position"/>. False after an error reply.</summary>
    public static bool TryPoint(CommandContext context, CommandArgs args, int position, out GeoPoint point)
    {
        point = default;
        if (!context.TryDouble(args[position], out double longitude) || !context.TryDouble(args[position + 1], out double latitude))
            return false;
        point = new GeoPoint(longitude, latitude);
        if (point.IsValid)
            return true;
        context.Reply.Error($"ERR invalid longitude,latitude pair {Fixed(longitude)},{Fixed(latitude)}");
        return false;
    }

    /// <summary>A distance and its unit at <paramref name="position"/>: the radius in metres and the unit's metres. False after an error reply.</summary>
    public static bool TryRadius(CommandContext context, CommandArgs args, int position, out double radius, out double unit)
    {
        unit = 0;
        if (!TryDistance(context, args[position], "ERR need numeric radius"u8, out radius))
            return false;
        if (radius < 0)
        {
            context.Reply.Error("ERR radius cannot be negative"u8);
            return false;
        }

        return TryUnit(context, args[position + 1], out unit);
    }

    /// <summary>Width, height and unit at <paramref name="position"/>. False after an error reply.</summary>
    public static bool TryBox(CommandContext context, CommandArgs args, int position, out double width, out double height, out double unit)
    {
        height = unit = 0;
        if (!TryDistance(context, args[position], "ERR need numeric width"u8, out width)
            || !TryDistance(context, args[position + 1], "ERR need numeric height"u8, out height))
            return false;
        if (width < 0 || height < 0)
        {
            context.Reply.Error("ERR height or width cannot be negative"u8);
            return false;
        }

        return TryUnit(context, args[position + 2], out unit);
    }

    /// <summary>Metres of a unit. False after an error reply.</summary>
    public static bool TryUnit(CommandContext context, ReadOnlySpan<byte> name, out double metres)
    {
        metres = Ascii.EqualsIgnoreCase(name, "m"u8) ? 1
            : Ascii.EqualsIgnoreCase(name, "km"u8) ? 1000
            : Ascii.EqualsIgnoreCase(name, "ft"u8) ? 0.3048
            : Ascii.EqualsIgnoreCase(name, "mi"u8) ? 1609.34
            : 0;
        if (metres != 0)
            return true;
        context.Reply.Error("ERR unsupported unit provided. please use M, KM, FT, MI"u8);
        return false;
    }

    /// <summary>A distance: printf's %.4f.</summary>
    public static void ReplyDistance(RespWriter reply, double distance)
    {
        Span<byte> text = stackalloc byte[400];
        distance.TryFormat(text, out int length, "F4", CultureInfo.InvariantCulture);
        reply.BulkString(text[..length]);
    }

    /// <summary>An array of longitude and latitude, %.17f without the zeros at the end.</summary>
    public static void ReplyPoint(RespWriter reply, GeoPoint point)
    {
        reply.ArrayHeader(2);
        ReplyCoordinate(reply, point.Longitude);
        ReplyCoordinate(reply, point.Latitude);
    }

    private static void ReplyCoordinate(RespWriter reply, double degrees)
    {
        Span<byte> text = stackalloc byte[40];
        degrees.TryFormat(text, out int length, "F17", CultureInfo.InvariantCulture);
        ReadOnlySpan<byte> trimmed = text[..length].TrimEnd((byte)'0').TrimEnd((byte)'.');
        reply.DoubleText(trimmed.SequenceEqual("-0"u8) ? "0"u8 : trimmed);
    }

    private static bool TryDistance(CommandContext context, ReadOnlySpan<byte> argument, ReadOnlySpan<byte> error, out double value)
    {
        if (Numbers.TryParseDouble(argument, out value))
            return true;
        context.Reply.Error(error);
        return false;
    }

    private static string Fixed(double value)
        => double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : value.ToString("F6", CultureInfo.InvariantCulture);
}
