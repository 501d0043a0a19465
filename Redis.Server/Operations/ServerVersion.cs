using System.Reflection;

namespace Redis.Server.Operations;

/// <summary>The version of this build, from the one place that says it (Directory.Build.props).</summary>
internal static class ServerVersion
{
    // "0.1.0+<commit>" when the SDK knew the commit.
    private static readonly string[] Parts =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

    /// <summary>The Redis whose commands and replies these are.</summary>
    public static string Redis => "7.0.15";

    public static string Text => Parts[0];

    /// <summary>The commit, or zeros when it is not known.</summary>
    public static string GitSha1 => Parts.Length > 1 ? Parts[1] : "00000000";
}
