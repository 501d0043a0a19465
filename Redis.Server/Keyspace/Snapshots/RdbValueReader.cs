using Redis.Server.Protocol.Rdb;

namespace Redis.Server.Keyspace.Snapshots;

/// <summary>How much a reader of values believes and keeps.</summary>
internal enum RdbOrigin
{
    /// <summary>A file with a checksum, of a redis-server: tables become small encodings where they fit, as Redis does.</summary>
    Redis,

    /// <summary>A snapshot of this server: every value keeps its encoding, and a table its order.</summary>
    Snapshot,

    /// <summary>A client's RESTORE: everything is checked.</summary>
    Client,
}

/// <summary>
/// Reads values in every form that Redis 6.2 to 7.4 writes, and older ones. Memory grows only with what has arrived. Returns no value
/// for an empty collection, which Redis skips.
/// </summary>
internal sealed class RdbValueReader
{
    // A field or member longer than any limit makes a table.
    private const int Endless = int.MaxValue;

    // Limits by which every table stays one.
    private static readonly DataOptions Tables = new() { ZsetMaxListpackEntries = 0 };

    private readonly DataOptions _options;
    private readonly ListPackReader _listPack = new();
    private readonly ZipListReader _zipList = new();
    private readonly ZipMapReader _zipMap = new();

    public RdbValueReader(DataOptions options) => _options = options;

    /// <summary>Where the values come from.</summary>
    public RdbOrigin Origin { get; set; }

    /// <summary>Reads a value of this type.</summary>
    public RedisValue Read(RdbInput input, RdbType type) => type switch
    {
        RdbType.String => ReadStringValue(input),
        RdbType.List => ReadList(input),
        RdbType.ListZipList => ReadPackedList(input),
        RdbType.ListQuickList or RdbType.ListQuickList2 => ReadQuickList(input, type),
        RdbType.Set => ReadSet(input),
        RdbType.SetIntSet => ReadIntSet(input),
        RdbType.SetListPack => ReadPackedSet(input),
        RdbType.Hash => ReadHash(input),
        RdbType.HashListPack => ReadHashListPack(input),
        RdbType.HashZipList => ReadPackedHash(input, _zipList, expires: false),
        RdbType.HashZipMap => ReadPackedHash(input, _zipMap, expires: false),
        RdbType.HashListPackExpiry => ReadPackedHash(input, _listPack, expires: true),
        RdbType.HashMetadata => ReadHashWithExpiry(input),
        RdbType.SortedSet or RdbType.SortedSet2 => ReadSortedSet(input, type),
        RdbType.SortedSetZipList => ReadPackedSortedSet(input, _zipList),
        RdbType.SortedSetListPack => ReadSortedSetListPack(input),
        RdbType.StreamListPacks or RdbType.StreamListPacks2 or RdbType.StreamListPacks3 =>
            throw input.Damaged("A stream, which this server does not have"),
        RdbType.Module2 or RdbType.ModulePreRelease => throw input.Damaged("A module's value, which this server cannot read"),
        _ => throw input.Damaged($"Unknown value type {(byte)type}"),
    };

    private static RedisValue ValueOf(RedisObject value) => value.Count == 0 ? default : new RedisValue(value);

    private static RedisValue ReadStringValue(RdbInput input) => RedisValue.FromArray(input.ReadString());

    private RedisValue ReadList(RdbInput input)
    {
        QuickList list = new(_options.ListMaxListpackSize);
        for (int left = input.ReadCount(); left > 0; left--)
            list.PushTail(input.ReadString(), _options);
        return ValueOf(list);
    }

    private RedisValue ReadPackedList(RdbInput input)
    {
        QuickList list = new(_options.ListMaxListpackSize);
        _zipList.Reset(input.ReadString());
        while (_zipList.TryNext(out ReadOnlySpan<byte> element))
            list.PushTail(element, _options);
        return ValueOf(list);
    }

    private RedisValue ReadQuickList(RdbInput input, RdbType type)
    {
        QuickList list = new(_options.ListMaxListpackSize);
        for (int left = input.ReadCount(); left > 0; left--)
        {
            ulong container = type == RdbType.ListQuickList2 ? input.ReadLength() : RdbFormat.QuickListPacked;
            byte[] node = input.ReadString();
            ListPack pack = container switch
            {
                RdbFormat.QuickListPlain => PackOf(node),
                RdbFormat.QuickListPacked when type == RdbType.ListQuickList => Repack(node),
                RdbFormat.QuickListPacked => LoadPack(input, node),
                _ => throw input.Damaged($"Unknown quicklist container {container}"),
            };
            if (!pack.IsEmpty)
                list.AppendPack(pack, container == RdbFormat.QuickListPlain);
        }

        return ValueOf(list);
    }

    private static ListPack PackOf(ReadOnlySpan<byte> element)
    {
        ListPack pack = ListPack.Create();
        pack.Append(PackedElement.Of(element));
        return pack;
    }

    private ListPack Repack(byte[] zipList)
    {
        ListPack pack = ListPack.Create(zipList.Length);
        _zipList.Reset(zipList);
        while (_zipList.TryNext(out ReadOnlySpan<byte> element))
            pack.Append(PackedElement.Of(element));
        return pack;
    }

    private static ListPack LoadPack(RdbInput input, byte[] bytes)
        => ListPack.TryLoad(bytes, out ListPack pack) ? pack : throw input.Damaged("Damaged listpack");

    private RedisValue ReadSet(RdbInput input)
    {
        int count = input.ReadCount();
        bool isTable = Origin == RdbOrigin.Snapshot || count > _options.SetMaxIntsetEntries;
        SetValue set = isTable ? SetValue.CreateTable() : SetValue.CreateIntegers();
        for (int left = count; left > 0; left--)
        {
            if (!set.Add(input.ReadString(), _options))
                throw input.Damaged("A set has a member twice");
        }

        return ValueOf(set);
    }

    private RedisValue ReadIntSet(RdbInput input)
    {
        if (!IntSet.TryLoad(input.ReadString(), out IntSet integers))
            throw input.Damaged("Damaged intset");
        SetValue set = SetValue.FromIntegers(integers);
        if (Origin == RdbOrigin.Snapshot || set.Count <= _options.SetMaxIntsetEntries)
            return ValueOf(set);
        SetValue table = SetValue.CreateTable();
        for (int i = 0; i < set.Count; i++)
            table.Add(set[i], _options);
        return ValueOf(table);
    }

    private RedisValue ReadPackedSet(RdbInput input)
    {
        _listPack.Reset(input.ReadString());
        SetValue? set = null;
        while (_listPack.TryNext(out ReadOnlySpan<byte> member))
        {
            set ??= SetValue.CreateFor(member);
            if (!set.Add(member, _options))
                throw input.Damaged("A set has a member twice");
        }

        return set == null ? default : ValueOf(set);
    }

    private HashValue CreateHash(int count)
    {
        HashValue hash = new();
        if (count > _options.HashMaxListpackEntries)
            hash.Expect(Endless, 0, _options);
        return hash;
    }

    private RedisValue ReadHash(RdbInput input)
    {
        int count = input.ReadCount();
        HashValue hash = CreateHash(Origin == RdbOrigin.Snapshot ? Endless : count);
        for (int left = count; left > 0; left--)
        {
            byte[] field = input.ReadString();
            if (!hash.Set(field, input.ReadString(), _options))
                throw input.Damaged("A hash has a field twice");
        }

        return ValueOf(hash);
    }

    private RedisValue ReadHashListPack(RdbInput input)
    {
        byte[] bytes = input.ReadString();
        ListPack pack = LoadPack(input, bytes);
        if (pack.Count % 2 != 0)
            throw input.Damaged("A hash has a field without value");
        bool isKept = Origin == RdbOrigin.Snapshot || (Origin == RdbOrigin.Redis && pack.Count / 2 <= _options.HashMaxListpackEntries);
        return isKept ? ValueOf(HashValue.FromPack(pack)) : UnpackHash(input, bytes, _listPack, expires: false);
    }

    private RedisValue ReadPackedHash(RdbInput input, PackedReader reader, bool expires)
    {
        if (expires)
            _ = input.ReadInt64LittleEndian();
        return UnpackHash(input, input.ReadString(), reader, expires);
    }

    /// <summary>Adds field by field; <paramref name="expires"/>: each with its expiry, 0 for none.</summary>
    private RedisValue UnpackHash(RdbInput input, byte[] bytes, PackedReader reader, bool expires)
    {
        HashValue hash = new();
        reader.Reset(bytes);
        // As Redis: only of a zipmap are the lengths looked at, which knew no limit when it was written.
        DataOptions limits = reader is ZipMapReader ? _options : new DataOptions
        {
            HashMaxListpackEntries = _options.HashMaxListpackEntries,
            HashMaxListpackValue = Endless,
        };
        while (reader.TryNext(out ReadOnlySpan<byte> next))
        {
            byte[] field = next.ToArray();
            if (!hash.Set(field, reader.Next(), limits))
                throw input.Damaged("A hash has a field twice");
            if (expires && Protocol.Numbers.TryParseInteger(reader.Next(), out long time) && time > 0)
                hash.SetExpiry(field, time);
        }

        return ValueOf(hash);
    }

    private RedisValue ReadHashWithExpiry(RdbInput input)
    {
        long earliest = input.ReadInt64LittleEndian();
        int count = input.ReadCount();
        HashValue hash = CreateHash(count);
        for (int left = count; left > 0; left--)
        {
            ulong later = input.ReadLength();
            byte[] field = input.ReadString();
            if (!hash.Set(field, input.ReadString(), _options))
                throw input.Damaged("A hash has a field twice");
            if (later > 0)
                hash.SetExpiry(field, unchecked(earliest + (long)later - 1));
        }

        return ValueOf(hash);
    }

    private RedisValue ReadSortedSet(RdbInput input, RdbType type)
    {
        SortedSetTable table = new();
        for (int left = input.ReadCount(); left > 0; left--)
        {
            byte[] member = input.ReadString();
            double score = type == RdbType.SortedSet2 ? input.ReadDouble() : input.ReadTextDouble();
            if (double.IsNaN(score))
                throw input.Damaged("A sorted set has a score that is not a number");
            if (!table.Set(member, score))
                throw input.Damaged("A sorted set has a member twice");
        }

        return table.Count == 0 ? default : ValueOf(SortedSetValue.FromTable(table, Origin == RdbOrigin.Snapshot ? Tables : _options));
    }

    private RedisValue ReadPackedSortedSet(RdbInput input, PackedReader reader) => UnpackSortedSet(input, input.ReadString(), reader);

    private RedisValue ReadSortedSetListPack(RdbInput input)
    {
        byte[] bytes = input.ReadString();
        ListPack pack = LoadPack(input, bytes);
        if (pack.Count % 2 != 0)
            throw input.Damaged("A sorted set has a member without score");
        bool isKept = Origin == RdbOrigin.Snapshot || (Origin == RdbOrigin.Redis && pack.Count / 2 <= _options.ZsetMaxListpackEntries);
        return isKept ? ValueOf(SortedSetValue.FromPack(pack)) : UnpackSortedSet(input, bytes, _listPack);
    }

    private RedisValue UnpackSortedSet(RdbInput input, byte[] bytes, PackedReader reader)
    {
        SortedSetValue set = SortedSetValue.Create(_options, 0, 0);
        reader.Reset(bytes);
        while (reader.TryNext(out ReadOnlySpan<byte> next))
        {
            byte[] member = next.ToArray();
            if (!Protocol.Numbers.TryParseDouble(reader.Next(), out double score))
                throw input.Damaged("A sorted set has a score that is not a number");
            if (!set.Set(member, score, _options))
                throw input.Damaged("A sorted set has a member twice");
        }

        return ValueOf(set);
    }
}
