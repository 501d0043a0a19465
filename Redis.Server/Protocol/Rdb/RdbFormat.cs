namespace Redis.Server.Protocol.Rdb;

/// <summary>The byte before a record of an RDB file, where it is not a value's type.</summary>
internal enum RdbOpcode : byte
{
    /// <summary>Hash slot sizes (7.4): slot, keys, keys with expiry.</summary>
    SlotInfo = 244,

    /// <summary>A function library.</summary>
    Function2 = 245,

    /// <summary>A function library of the 7.0 release candidates.</summary>
    FunctionPreRelease = 246,

    /// <summary>Data of a module outside of the keyspace.</summary>
    ModuleAux = 247,

    /// <summary>LRU idle seconds of the key that follows.</summary>
    Idle = 248,

    /// <summary>LFU counter of the key that follows.</summary>
    Freq = 249,

    /// <summary>A name and a value that describe the file.</summary>
    Aux = 250,

    /// <summary>How many keys, and how many with an expiry, the database has.</summary>
    ResizeDb = 251,

    /// <summary>Expiry in milliseconds of the key that follows.</summary>
    ExpireTimeMs = 252,

    /// <summary>Expiry in seconds of the key that follows.</summary>
    ExpireTime = 253,

    /// <summary>The keys that follow belong to this database.</summary>
    SelectDb = 254,

    /// <summary>End; eight bytes of checksum follow.</summary>
    Eof = 255,
}

/// <summary>How a value is stored.</summary>
internal enum RdbType : byte
{
    String = 0,
    List = 1,
    Set = 2,
    SortedSet = 3,
    Hash = 4,
    SortedSet2 = 5,
    ModulePreRelease = 6,
    Module2 = 7,
    HashZipMap = 9,
    ListZipList = 10,
    SetIntSet = 11,
    SortedSetZipList = 12,
    HashZipList = 13,
    ListQuickList = 14,
    StreamListPacks = 15,
    HashListPack = 16,
    SortedSetListPack = 17,
    ListQuickList2 = 18,
    StreamListPacks2 = 19,
    SetListPack = 20,
    StreamListPacks3 = 21,
    HashMetadataPreRelease = 22,
    HashListPackExpiryPreRelease = 23,

    /// <summary>A hash whose fields may expire (7.4): smallest expiry, then per field (expiry less smallest plus one, or 0), field, value.</summary>
    HashMetadata = 24,

    /// <summary>A small hash whose fields may expire (7.4): smallest expiry, then a listpack of field, value, expiry.</summary>
    HashListPackExpiry = 25,
}

/// <summary>Numbers of the format.</summary>
internal static class RdbFormat
{
    /// <summary>What we write: redis-server 7.0's version.</summary>
    public const int Version = 10;

    /// <summary>The newest we read: redis-server 7.4's version.</summary>
    public const int NewestReadable = 12;

    /// <summary>Bytes of a DUMP payload after the value: version (2) and checksum (8).</summary>
    public const int DumpFooterLength = 10;

    /// <summary>Container of a quicklist node that is one element.</summary>
    public const int QuickListPlain = 1;

    /// <summary>Container of a quicklist node that is a listpack.</summary>
    public const int QuickListPacked = 2;

    /// <summary>First byte "11" and then the encoding of a string that is not stored raw.</summary>
    public const byte EncodedInt8 = 0xC0;

    public const byte EncodedInt16 = 0xC1;

    public const byte EncodedInt32 = 0xC2;

    public const byte EncodedLzf = 0xC3;

    /// <summary>First byte of a length in four bytes, big endian.</summary>
    public const byte Length32 = 0x80;

    /// <summary>First byte of a length in eight bytes, big endian.</summary>
    public const byte Length64 = 0x81;
}

/// <summary>The bytes are not an RDB file, or a damaged one, or hold what this server cannot.</summary>
internal sealed class RdbFormatException(string message) : Exception(message);
