using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NUnit.Framework;

namespace Redis.Server.Tests.Oracle;

/// <summary>
/// A real redis-server 7.0, started once for the test run on a free loopback port. Where there is none the tests are
/// skipped, except when CI=true: there they must run.
/// </summary>
internal static class OracleServer
{
    private static Process? _process;
    private static string? _directory;
    private static int _port;

    /// <summary>Where it listens on loopback.</summary>
    public static int Port
    {
        get
        {
            Start();
            return _port;
        }
    }

    /// <summary>A new connection that speaks RESP <paramref name="version"/>.</summary>
    public static OracleConnection Connect(int version)
    {
        Start();
        return new OracleConnection(_port, version);
    }

    /// <summary>Ends the process, if it was started.</summary>
    public static void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        if (_directory != null)
            Directory.Delete(_directory, recursive: true);
    }

    private static void Start()
    {
        if (_process != null)
            return;
        string? executable = InstalledProgram.Find("redis-server");
        if (executable == null)
        {
            const string Reason = "redis-server is not installed: nothing to compare with.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(Reason);
            Assert.Ignore(Reason);
        }

        _directory = Directory.CreateTempSubdirectory("oracle").FullName;
        _port = FreePort();
        ProcessStartInfo start = new(executable!)
        {
            ArgumentList =
            {
                "--port", $"{_port}", "--bind", "127.0.0.1", "--dir", _directory, "--save", "", "--appendonly", "no",
                "--enable-debug-command", "yes", "--logfile", "redis.log",
            },
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start);
        WaitUntilReady();
    }

    private static void WaitUntilReady()
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using OracleConnection connection = new(_port, 2);
                // Redis deletes due keys in the background; only what a command does may be compared.
                connection.Run([new Request("DEBUG", "SET-ACTIVE-EXPIRE", "0")]);
                string version = connection.Run([new Request("INFO", "server")])[0].AsString;
                if (!version.Contains("redis_version:7.0.", StringComparison.Ordinal))
                    Assert.Ignore("The installed redis-server is not 7.0.");
                return;
            }
            catch (SocketException) when (waited.Elapsed < TimeSpan.FromSeconds(20))
            {
                Thread.Yield();
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
