namespace Redis.Server.Tests.Oracle;

/// <summary>Programs that tests use where they are installed.</summary>
internal static class InstalledProgram
{
    /// <summary>Its path, or null.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, name))
        .FirstOrDefault(File.Exists);
}
