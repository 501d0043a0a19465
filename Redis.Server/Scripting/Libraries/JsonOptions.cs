namespace Redis.Server.Scripting.Libraries;

/// <summary>cjson's settings. They end with the script that makes them: kept, they would differ from node to node.</summary>
internal sealed class JsonOptions
{
    public bool SparseConvert { get; set; }

    public int SparseRatio { get; set; }

    public int SparseSafe { get; set; }

    public int EncodeMaxDepth { get; set; }

    public int DecodeMaxDepth { get; set; }

    public int NumberPrecision { get; set; }

    public bool KeepsBuffer { get; set; }

    public InvalidNumberEncoding InvalidNumbers { get; set; }

    public bool DecodeInvalidNumbers { get; set; }

    public JsonOptions() => Reset();

    public void Reset()
    {
        SparseConvert = false;
        SparseRatio = 2;
        SparseSafe = 10;
        EncodeMaxDepth = 1000;
        DecodeMaxDepth = 1000;
        NumberPrecision = 14;
        KeepsBuffer = true;
        InvalidNumbers = InvalidNumberEncoding.Refused;
        DecodeInvalidNumbers = true;
    }
}

/// <summary>What becomes of infinities and of what is not a number.</summary>
internal enum InvalidNumberEncoding
{
    Refused,

    AsNumber,

    AsNull,
}
