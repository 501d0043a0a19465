using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Tracking;

namespace Redis.Server.Clients.Local;

/// <summary>CLIENT TRACKING, CACHING, GETREDIR and TRACKINGINFO.</summary>
internal static class TrackingCommands
{
    private const CommandFlags Flags = CommandFlags.NoScript | CommandFlags.Loading | CommandFlags.Stale;

    /// <summary>Subcommands of CLIENT.</summary>
    public static IReadOnlyList<Command> Rows { get; } =
    [
        new LocalCommand("tracking", -3, Flags, AclCategories.Connection, Track),
        new LocalCommand("caching", 3, Flags, AclCategories.Connection, Cache),
        new LocalCommand("getredir", 2, Flags, AclCategories.Connection, (client, _, reply) => reply.Integer(client.Tracking?.Redirect ?? -1)),
        new LocalCommand("trackinginfo", 2, Flags, AclCategories.Connection, Describe),
    ];

    private static void Track(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        List<byte[]> prefixes = [];
        if (!TryParse(client, args, reply, prefixes, out TrackingModes modes, out long redirect))
        {
            return;
        }

        if (args.Is(2, "off"u8))
        {
            client.EndTracking();
            reply.Ok();
        }
        else if (!args.Is(2, "on"u8))
        {
            reply.Error(Errors.Syntax);
        }
        else if (Objection(client.Tracking, modes, prefixes) is { } objection)
        {
            reply.Error(objection);
        }
        else
        {
            TrackingSession session = client.Tracking ??= new TrackingSession(client);
            session.Modes = modes;
            session.Redirect = redirect;
            session.IsRedirectBroken = false;
            client.Services.Invalidations.Enable(session, prefixes);
            reply.Ok();
        }
    }

    private static bool TryParse(
        ClientConnection client, CommandArgs args, RespWriter reply, List<byte[]> prefixes, out TrackingModes modes, out long redirect)
    {
        modes = TrackingModes.None;
        redirect = 0;
        for (int i = 3; i < args.Count; i++)
        {
            bool hasMore = i + 1 < args.Count;
            if (args.Is(i, "redirect"u8) && hasMore)
            {
                if (!TryParseRedirect(client, args[++i], reply, ref redirect))
                {
                    return false;
                }
            }
            else if (args.Is(i, "prefix"u8) && hasMore)
            {
                prefixes.Add(args[++i].ToArray());
            }
            else if (ModeOf(args, i) is var mode and not TrackingModes.None)
            {
                modes |= mode;
            }
            else
            {
                reply.Error(Errors.Syntax);
                return false;
            }
        }

        return true;
    }

    private static TrackingModes ModeOf(CommandArgs args, int index) =>
        args.Is(index, "bcast"u8) ? TrackingModes.Broadcast
        : args.Is(index, "optin"u8) ? TrackingModes.OptIn
        : args.Is(index, "optout"u8) ? TrackingModes.OptOut
        : args.Is(index, "noloop"u8) ? TrackingModes.NoLoop
        : TrackingModes.None;

    private static bool TryParseRedirect(ClientConnection client, ReadOnlySpan<byte> text, RespWriter reply, ref long redirect)
    {
        if (redirect != 0)
        {
            reply.Error("ERR A client can only redirect to a single other client"u8);
        }
        else if (!Numbers.TryParseInteger(text, out redirect))
        {
            reply.Error(Errors.NotInteger);
        }
        else if (client.Services.Clients.Find(redirect) is null)
        {
            reply.Error("ERR The client ID you want redirect to does not exist"u8);
        }
        else
        {
            return true;
        }

        return false;
    }

    /// <summary>Why these options do not go together, or not with those the client has; null when they do.</summary>
    private static string? Objection(TrackingSession? before, TrackingModes modes, List<byte[]> prefixes)
    {
        const TrackingModes choices = TrackingModes.OptIn | TrackingModes.OptOut;
        bool broadcasts = (modes & TrackingModes.Broadcast) != 0;
        if (!broadcasts && prefixes.Count > 0)
        {
            return "ERR PREFIX option requires BCAST mode to be enabled";
        }

        if (before is not null && before.Has(TrackingModes.Broadcast) != broadcasts)
        {
            return "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.";
        }

        if (broadcasts && (modes & choices) != 0)
        {
            return "ERR OPTIN and OPTOUT are not compatible with BCAST";
        }

        if ((modes & choices) == choices)
        {
            return "ERR You can't specify both OPTIN mode and OPTOUT mode";
        }

        if (before is not null && (((modes & choices) | (before.Modes & choices)) == choices))
        {
            return "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.";
        }

        return broadcasts ? Overlap(before, prefixes) : null;
    }

    private static string? Overlap(TrackingSession? before, List<byte[]> prefixes)
    {
        for (int i = 0; i < prefixes.Count; i++)
        {
            if (before?.Prefixes.FirstOrDefault(other => Overlaps(prefixes[i], other)) is { } existing)
            {
                return $"ERR Prefix '{Text(prefixes[i])}' overlaps with an existing prefix '{Text(existing)}'. Prefixes for a single client must not overlap.";
            }

            if (prefixes.Skip(i + 1).FirstOrDefault(other => Overlaps(prefixes[i], other)) is { } given)
            {
                return $"ERR Prefix '{Text(prefixes[i])}' overlaps with another provided prefix '{Text(given)}'. Prefixes for a single client must not overlap.";
            }
        }

        return null;
    }

    private static bool Overlaps(byte[] one, byte[] other) => one.AsSpan().StartsWith(other) || other.AsSpan().StartsWith(one);

    private static string Text(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static void Cache(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        bool isYes = args.Is(2, "yes"u8);
        if (client.Tracking is not { } session)
        {
            reply.Error("ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled"u8);
        }
        else if (!isYes && !args.Is(2, "no"u8))
        {
            reply.Error(Errors.Syntax);
        }
        else if (isYes && !session.Has(TrackingModes.OptIn))
        {
            reply.Error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."u8);
        }
        else if (!isYes && !session.Has(TrackingModes.OptOut))
        {
            reply.Error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."u8);
        }
        else
        {
            session.IsCachingGiven = true;
            reply.Ok();
        }
    }

    private static void Describe(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        List<string> flags = [client.Tracking is null ? "off" : "on"];
        if (client.Tracking is { } session)
        {
            AddIf(flags, session.Has(TrackingModes.Broadcast), "bcast");
            AddIf(flags, session.Has(TrackingModes.OptIn), "optin");
            AddIf(flags, session.Has(TrackingModes.OptIn) && session.IsCachingGiven, "caching-yes");
            AddIf(flags, session.Has(TrackingModes.OptOut), "optout");
            AddIf(flags, session.Has(TrackingModes.OptOut) && session.IsCachingGiven, "caching-no");
            AddIf(flags, session.Has(TrackingModes.NoLoop), "noloop");
            AddIf(flags, session.IsRedirectBroken, "broken_redirect");
        }

        reply.MapHeader(3);
        reply.BulkString("flags"u8);
        reply.SetHeader(flags.Count);
        foreach (string flag in flags)
        {
            reply.BulkString(flag);
        }

        reply.BulkString("redirect"u8);
        reply.Integer(client.Tracking?.Redirect ?? -1);
        reply.BulkString("prefixes"u8);
        reply.ArrayHeader(client.Tracking?.Prefixes.Count ?? 0);
        foreach (byte[] prefix in client.Tracking?.Prefixes ?? [])
        {
            reply.BulkString(prefix);
        }
    }

    private static void AddIf(List<string> flags, bool condition, string flag)
    {
        if (condition)
        {
            flags.Add(flag);
        }
    }
}
