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

    public bool EncodeInvalidNumbers { get; set; }

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
        EncodeInvalidNumbers = false;
        DecodeInvalidNumbers = true;
    }
}
