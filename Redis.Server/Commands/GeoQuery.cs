using System.Text;
using Redis.Server.Keyspace;
using Redis.Server.Protocol;

namespace Redis.Server.Commands;

/// <summary>Which command of the family of GEOSEARCH and GEORADIUS is asked.</summary>
internal enum GeoQueryKind
{
    Radius,
    RadiusReadOnly,
    RadiusByMember,
    RadiusByMemberReadOnly,
    Search,
    SearchStore,
}

/// <summary>What a search of the GEOSEARCH and GEORADIUS family asks for, read from its arguments.</summary>
internal ref struct GeoQuery
{
    private readonly CommandContext _context;
    private readonly CommandArgs _args;
    private readonly GeoQueryKind _kind;
    private readonly SortedSetValue? _source;
    private GeoPoint _centre;
    private double _width;
    private double _height;
    private bool _isFromMember;
    private bool _isFromPoint;
    private bool _isCircle;
    private bool _isBox;

    private GeoQuery(CommandContext context, CommandArgs args, GeoQueryKind kind, SortedSetValue? source)
    {
        _context = context;
        _args = args;
        _kind = kind;
        _source = source;
    }

    /// <summary>Where the key to store results under stands; 0 for none.</summary>
    public int StoreAt { get; private set; }

    /// <summary>Whether distances are stored, not positions.</summary>
    public bool StoresDistance { get; private set; }

    public bool WithDistance { get; private set; }

    public bool WithHash { get; private set; }

    public bool WithPoint { get; private set; }

    /// <summary>Most results; 0: all.</summary>
    public long Count { get; private set; }

    /// <summary>Whether any <see cref="Count"/> results will do.</summary>
    public bool TakesAny { get; private set; }

    /// <summary>1: nearest first; -1: farthest first; 0: as found.</summary>
    public int Order { get; private set; }

    /// <summary>Metres of the unit of distances.</summary>
    public double Unit { get; private set; }

    public readonly GeoShape Shape => _isBox
        ? GeoShape.Rectangle(_centre, _width * Unit, _height * Unit)
        : GeoShape.Circle(_centre, _width * Unit);

    private readonly bool IsSearch => _kind is GeoQueryKind.Search or GeoQueryKind.SearchStore;

    private readonly bool MayStore => _kind is GeoQueryKind.Radius or GeoQueryKind.RadiusByMember;

    /// <summary>Reads the arguments. False after an error reply.</summary>
    public static bool TryRead(CommandContext context, CommandArgs args, GeoQueryKind kind, SortedSetValue? source, out GeoQuery query)
    {
        query = new GeoQuery(context, args, kind, source);
        return query.TryReadFixed(out int next) && query.TryReadOptions(next) && query.Check();
    }

    private bool TryReadFixed(out int next)
    {
        switch (_kind)
        {
            case GeoQueryKind.Search:
                next = 2;
                return true;
            case GeoQueryKind.SearchStore:
                next = 3;
                StoreAt = 1;
                return true;
            case GeoQueryKind.Radius or GeoQueryKind.RadiusReadOnly:
                next = 6;
                return GeoArguments.TryPoint(_context, _args, 2, out _centre) && TryReadRadius(4);
            default:
                next = 5;
                // Without a source the arguments are read only for their errors, which are fewer.
                return _source == null || (TryFindMember(2) && TryReadRadius(3));
        }
    }

    private bool TryReadOptions(int next)
    {
        while (next < _args.Count)
        {
            int taken = TryReadFlag(_args[next]) ? 1 : TryReadOption(next, _args.Count - next - 1);
            if (taken == 0)
                return false;
            next += taken;
        }

        return true;
    }

    private bool TryReadFlag(ReadOnlySpan<byte> word)
    {
        if (Ascii.EqualsIgnoreCase(word, "withdist"u8))
            return WithDistance = true;
        if (Ascii.EqualsIgnoreCase(word, "withhash"u8))
            return WithHash = true;
        if (Ascii.EqualsIgnoreCase(word, "withcoord"u8))
            return WithPoint = true;
        if (Ascii.EqualsIgnoreCase(word, "any"u8))
            return TakesAny = true;
        if (_kind == GeoQueryKind.SearchStore && Ascii.EqualsIgnoreCase(word, "storedist"u8))
            return StoresDistance = true;
        bool isAscending = Ascii.EqualsIgnoreCase(word, "asc"u8);
        if (!isAscending && !Ascii.EqualsIgnoreCase(word, "desc"u8))
            return false;
        Order = isAscending ? 1 : -1;
        return true;
    }

    /// <summary>Reads an option with operands; answers how many arguments it took, 0 after an error reply.</summary>
    private int TryReadOption(int at, int following)
    {
        ReadOnlySpan<byte> word = _args[at];
        if (Ascii.EqualsIgnoreCase(word, "count"u8) && following >= 1)
            return TryReadCount(at + 1) ? 2 : 0;
        if (MayStore && following >= 1 && (Ascii.EqualsIgnoreCase(word, "store"u8) || Ascii.EqualsIgnoreCase(word, "storedist"u8)))
        {
            StoreAt = at + 1;
            StoresDistance = word.Length > 5;
            return 2;
        }

        if (IsSearch && !_isFromPoint && following >= 1 && Ascii.EqualsIgnoreCase(word, "frommember"u8))
        {
            _isFromMember = true;
            return _source == null || TryFindMember(at + 1) ? 2 : 0;
        }

        if (IsSearch && !_isFromMember && following >= 2 && Ascii.EqualsIgnoreCase(word, "fromlonlat"u8))
        {
            _isFromPoint = true;
            return GeoArguments.TryPoint(_context, _args, at + 1, out _centre) ? 3 : 0;
        }

        if (IsSearch && !_isBox && following >= 2 && Ascii.EqualsIgnoreCase(word, "byradius"u8))
        {
            _isCircle = true;
            return TryReadRadius(at + 1) ? 3 : 0;
        }

        if (IsSearch && !_isCircle && following >= 3 && Ascii.EqualsIgnoreCase(word, "bybox"u8))
        {
            _isBox = true;
            return TryReadBox(at + 1) ? 4 : 0;
        }

        _context.Reply.Error(Errors.Syntax);
        return 0;
    }

    private readonly bool Fail(ReadOnlySpan<byte> error)
    {
        _context.Reply.Error(error);
        return false;
    }

    private bool TryReadCount(int at)
    {
        if (!_context.TryInteger(_args[at], out long count))
            return false;
        Count = count;
        return count > 0 || Fail("ERR COUNT must be > 0"u8);
    }

    private bool TryReadRadius(int at)
    {
        bool isRead = GeoArguments.TryRadius(_context, _args, at, out _width, out double unit);
        Unit = unit;
        return isRead;
    }

    private bool TryReadBox(int at)
    {
        bool isRead = GeoArguments.TryBox(_context, _args, at, out _width, out _height, out double unit);
        Unit = unit;
        return isRead;
    }

    private bool TryFindMember(int at)
    {
        if (!_source!.TryGetScore(_args[at], out double score))
            return Fail("ERR could not decode requested zset member"u8);
        _centre = GeoHash.PointOf(score);
        return true;
    }

    private bool Check()
    {
        if (StoreAt != 0 && (WithDistance || WithHash || WithPoint))
        {
            return Fail(_kind == GeoQueryKind.SearchStore
                ? "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"u8
                : "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options"u8);
        }

        if (IsSearch && !_isFromMember && !_isFromPoint)
            return FailNaming("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for "u8);
        if (IsSearch && !_isCircle && !_isBox)
            return FailNaming("ERR exactly one of BYRADIUS and BYBOX can be specified for "u8);
        if (TakesAny && Count == 0)
            return Fail("ERR the ANY argument requires COUNT argument"u8);
        // The first so many only make sense in an order.
        if (Count != 0 && Order == 0 && !TakesAny)
            Order = 1;
        return true;
    }

    private readonly bool FailNaming(ReadOnlySpan<byte> error)
    {
        _context.Reply.Error(error, _args[0], default);
        return false;
    }
}
