using System.Globalization;
using System.Runtime.InteropServices;
using Redis.Server.Operations;

namespace Benchmarks.Measuring;

/// <summary>What of the machine and the build belongs to every figure.</summary>
internal static class Circumstances
{
    public static object Now() => new
    {
        time = DateTime.UtcNow.ToString("u", CultureInfo.InvariantCulture),
        version = ServerVersion.Text,
        commit = ServerVersion.GitSha1,
        os = RuntimeInformation.OSDescription,
        cores = Environment.ProcessorCount,
        runtime = RuntimeInformation.FrameworkDescription,
    };
}
