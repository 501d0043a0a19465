namespace Redis.Server.Diagnostics;

/// <summary>How much room is left where the data is.</summary>
internal static class DiskSpace
{
    /// <summary>Bytes; -1 when the system does not say.</summary>
    public static long FreeBytes(string directory)
    {
        try
        {
            return new DriveInfo(directory).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return -1;
        }
    }
}
