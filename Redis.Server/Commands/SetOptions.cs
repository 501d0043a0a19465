using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>The options of SET and of GETEX, which share their parser in Redis too (parseExtendedStringArgumentsOrReply).</summary>
internal ref struct SetOptions
{
    private readonly bool _isSet;

    private SetOptions(bool isSet) => _isSet = isSet;

    public bool IfAbsent { get; private set; }

    public bool IfPresent { get; private set; }

    public bool ReturnOld { get; private set; }

    public bool KeepExpiry { get; private set; }

    public bool Persist { get; private set; }

    public ExpiryArgument Expiry { get; private set; }

    /// <summary>Parses SET's options, from argument 3 on. False for a syntax error.</summary>
    public static bool TryParseSet(CommandArgs args, out SetOptions options)
    {
        options = new SetOptions(isSet: true);
        return options.TryParse(args, 3);
    }

    /// <summary>Parses GETEX's options, from argument 2 on. False for a syntax error.</summary>
    public static bool TryParseGetEx(CommandArgs args, out SetOptions options)
    {
        options = new SetOptions(isSet: false);
        return options.TryParse(args, 2);
    }

    private bool TryParse(CommandArgs args, int first)
    {
        for (int i = first; i < args.Count; i++)
        {
            if (TryFlag(args, i))
                continue;
            if (i + 1 == args.Count || !TryExpiry(args, i))
                return false;
            i++;
        }

        return true;
    }

    private bool TryFlag(CommandArgs args, int i)
    {
        if (_isSet && !IfPresent && args.Is(i, "nx"u8))
            return IfAbsent = true;
        if (_isSet && !IfAbsent && args.Is(i, "xx"u8))
            return IfPresent = true;
        if (_isSet && args.Is(i, "get"u8))
            return ReturnOld = true;
        if (_isSet && !Expiry.IsGiven && args.Is(i, "keepttl"u8))
            return KeepExpiry = true;
        if (!_isSet && !Expiry.IsGiven && args.Is(i, "persist"u8))
            return Persist = true;
        return false;
    }

    private bool TryExpiry(CommandArgs args, int i)
    {
        bool isSeconds = args.Is(i, "ex"u8) || args.Is(i, "exat"u8);
        bool isAbsolute = args.Is(i, "exat"u8) || args.Is(i, "pxat"u8);
        if (KeepExpiry || Persist || !(isSeconds || isAbsolute || args.Is(i, "px"u8)))
            return false;
        // The same option twice is allowed, the last one counts.
        if (Expiry.IsGiven && (Expiry.IsSeconds != isSeconds || Expiry.IsAbsolute != isAbsolute))
            return false;
        Expiry = new ExpiryArgument { IsGiven = true, Text = args[i + 1], IsSeconds = isSeconds, IsAbsolute = isAbsolute };
        return true;
    }
}
