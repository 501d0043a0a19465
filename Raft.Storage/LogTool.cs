using Raft.Core;

namespace Raft.Storage;

/// <summary>Prints and checks log files offline. It changes nothing, and takes no lock.</summary>
public static class LogTool
{
    private static readonly PosixDisk Disk = new();

    /// <summary>Prints the header and every record of one file, and where the records end.</summary>
    /// <returns>Whether the header could be read.</returns>
    public static bool Show(string file, TextWriter output)
    {
        try
        {
            using IDiskFile opened = Disk.Open(file, DiskOpen.Read);
            SegmentHeader header = SegmentFile.ReadHeader(opened);
            output.WriteLine($"file       {file}");
            output.WriteLine($"cluster    {header.ClusterId}");
            output.WriteLine($"node       {header.NodeId}");
            output.WriteLine($"segment    {header.Sequence}");
            output.WriteLine();
            output.WriteLine($"{"offset",10} {"kind",-13} {"term",8} {"index",12} {"bytes",10}  time");
            ShowRecords(new RecordReader(opened, header.Sequence, header.Salt), output);
            return true;
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            output.WriteLine(e.Message);
            return false;
        }
    }

    /// <summary>Checks all logs in a directory as a start of the node would.</summary>
    /// <returns>Whether the node could start.</returns>
    public static bool Verify(string directory, TextWriter output)
    {
        try
        {
            string[] logs = [.. Disk.List(directory)
                .Select(name => name.Length > 11 ? name[..^11] : "")
                .Where((name, _) => name.Length > 0 && Disk.List(directory)
                    .Any(other => SegmentFile.TryParseName(name, other, out uint _)))
                .Distinct().Order(StringComparer.Ordinal)];
            if (logs.Length == 0)
            {
                output.WriteLine($"There is no log in '{directory}'.");
                return false;
            }

            return logs.Select(log => Verify(directory, log, output)).ToArray().All(holds => holds);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            output.WriteLine(e.Message);
            return false;
        }
    }

    private static bool Verify(string directory, string log, TextWriter output)
    {
        LogRecovery recovery = LogRecovery.Inspect(Disk, directory, log);
        EntryTable entries = recovery.Entries;
        output.WriteLine(
            $"{log}: {recovery.Segments.Count} files, begins after entry {entries.Base}, last entry {entries.Last}, "
            + $"{entries.Last.Index - entries.Base.Index} entries.");
        foreach (string warning in recovery.Warnings)
        {
            output.WriteLine($"warning: {warning}");
        }

        output.WriteLine("The log is sound.");
        return true;
    }

    private static void ShowRecords(RecordReader reader, TextWriter output)
    {
        long offset = SegmentFile.HeaderSize;
        while (reader.TryRead(offset, out LogRecord record))
        {
            string time = record.IsEntry
                ? DateTimeOffset.FromUnixTimeMilliseconds(
                    Math.Clamp(record.Time, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).ToString("u")
                : record.Kind == RecordKind.Start ? $"base {LogRecord.ReadBase(reader.Payload(record))}" : "";
            output.WriteLine(
                $"{offset,10} {record.Kind,-13} {record.Id.Term,8} {record.Id.Index,12} {record.PayloadLength,10}  {time}");
            offset += record.Size;
        }

        output.WriteLine(reader.HasContent(offset)
            ? $"{offset,10} not a valid record; verify the directory to learn whether it matters"
            : $"{offset,10} end");
    }
}
