using Raft.Storage;

namespace Raft.Core.Tests.Storage;

/// <summary>What stands in a file of the log.</summary>
internal static class SegmentContent
{
    public static SegmentHeader HeaderOf(FaultyDisk disk, string path)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.Read);
        return SegmentFile.ReadHeader(file);
    }

    public static LogRecord[] RecordsOf(FaultyDisk disk, string path)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.Read);
        SegmentHeader header = SegmentFile.ReadHeader(file);
        RecordReader reader = new(file, header.Sequence, header.Salt);
        List<LogRecord> records = [];
        for (long offset = SegmentFile.HeaderSize; reader.TryRead(offset, out LogRecord record); offset += record.Size)
        {
            records.Add(record);
        }

        return [.. records];
    }
}
