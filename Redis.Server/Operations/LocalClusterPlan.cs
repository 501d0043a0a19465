using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Redis.Server.Configuration;
using Redis.Server.Security;

namespace Redis.Server.Operations;

/// <summary>What local-cluster was asked for: how many nodes, where, and the options each gets.</summary>
internal sealed record LocalClusterPlan(int Nodes, int FirstPort, string Directory, IReadOnlyList<string> NodeOptions, string Password)
{
    public const string Host = "127.0.0.1";

    /// <summary>How this process gets in at its nodes.</summary>
    public NodeAccess Access { get; private init; } = NodeAccess.Plain;

    /// <summary>What redis-cli and redis-benchmark need to get in; begins with a space, or is empty.</summary>
    public string ToolOptions { get; private init; } = "";

    /// <summary>Whether the nodes speak TLS, and nothing else.</summary>
    private bool IsSecure => Access.Tls is not null;

    /// <summary>The files of the tls-* options: a path that was given is meant from here, not from the nodes' directories.</summary>
    private IReadOnlyList<string> FullPaths { get; init; } = [];

    /// <summary>Where the first node answers Prometheus, the others behind it as with <see cref="FirstPort"/>; 0: nowhere.</summary>
    public int MetricsPort { get; init; }

    /// <summary>The server to start, and what comes before its arguments: this executable, if nothing else is said.</summary>
    public IReadOnlyList<string> Program { get; init; } = ThisProgram();

    /// <summary>Reads the arguments after "local-cluster".</summary>
    /// <exception cref="ConfigurationException">An argument is wrong; also one that the nodes would refuse.</exception>
    public static LocalClusterPlan Parse(IReadOnlyList<string> arguments)
    {
        LocalClusterPlan plan = new(3, 5001, "./local-cluster", [], "");
        List<string> rest = [];
        for (int i = 0; i < arguments.Count; i++)
        {
            string? value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--nodes":
                    plan = plan with { Nodes = Number("nodes", value, 1, 99) };
                    i++;
                    break;
                case "--port":
                    plan = plan with { FirstPort = Number("port", value, 1, 65535) };
                    i++;
                    break;
                case "--dir":
                    plan = plan with { Directory = value ?? throw Wrong("dir", "a directory must follow") };
                    i++;
                    break;
                default:
                    rest.Add(arguments[i]);
                    break;
            }
        }
        if (plan.Nodes % 2 == 0)
        {
            throw Wrong($"nodes {plan.Nodes}", $"use an odd number: {plan.Nodes} nodes survive no more failures than {plan.Nodes - 1}, "
                + $"because a majority of {plan.Nodes} is {(plan.Nodes / 2) + 1}");
        }
        if (plan.FirstPort + plan.Nodes - 1 > 65535) throw Wrong($"port {plan.FirstPort}", "the ports would end beyond 65535");
        ServerOptions common = CommandLine.Parse(rest, TextReader.Null);
        if (common.Diagnostics.MetricsPort + plan.Nodes - 1 > 65535) throw Wrong($"metrics-port {common.Diagnostics.MetricsPort}", "the ports would end beyond 65535");
        plan = plan with { Directory = Path.GetFullPath(plan.Directory), NodeOptions = rest, Password = common.Security.RequirePass, MetricsPort = common.Diagnostics.MetricsPort };
        return plan.WithAccess(common);
    }

    private LocalClusterPlan WithAccess(ServerOptions common)
    {
        List<string> tool = Password.Length > 0 ? ["-a", Password] : [];
        TlsSection tls = common.Tls;
        if (tls.CertFile.Length == 0)
        {
            return this with { Access = new NodeAccess("", Password, null), ToolOptions = Joined(tool) };
        }

        string ca = tls.CaCertFile.Length > 0 ? common.PathOf(tls.CaCertFile) : "";
        string caDirectory = tls.CaCertDir.Length > 0 ? common.PathOf(tls.CaCertDir) : "";
        (string cert, string key) = tls.ClientCertFile.Length > 0 ? (tls.ClientCertFile, tls.ClientKeyFile) : (tls.CertFile, tls.KeyFile);
        tool.AddRange(["--tls", .. ca.Length > 0 ? (string[])["--cacert", ca] : ["--cacertdir", caDirectory]]);
        tool.AddRange(["--cert", common.PathOf(cert), "--key", common.PathOf(key)]);
        try
        {
            return this with
            {
                Access = new NodeAccess("", Password, TlsSettings.Load(common).ClientTo),
                ToolOptions = Joined(tool),
                FullPaths = [.. common.Table.All.Where(option => IsTlsPath(option.Name) && option.Text.Length > 0).SelectMany(option => (string[])[$"--{option.Name}", common.PathOf(option.Text)])],
            };
        }
        catch (FormatException e)
        {
            throw Wrong("tls-cert-file", e.Message);
        }
    }

    private static bool IsTlsPath(string option) =>
        option is "tls-cert-file" or "tls-key-file" or "tls-client-cert-file" or "tls-client-key-file" or "tls-ca-cert-file" or "tls-ca-cert-dir";

    private static string Joined(List<string> words) => string.Concat(words.Select(word => " " + Words.Quote(word)));

    /// <summary>Creates the directories and looks at the ports, so that what is in the way is named before anything starts.</summary>
    /// <exception cref="ConfigurationException">A port is busy, or the directory cannot be written.</exception>
    public void Prepare()
    {
        foreach (int port in Enumerable.Range(FirstPort, Nodes)) EnsureFree(port, "port");
        foreach (int port in Enumerable.Range(MetricsPort, MetricsPort > 0 ? Nodes : 0)) EnsureFree(port, "metrics-port");
        for (int node = 1; node <= Nodes; node++)
        {
            string directory = DirectoryOf(node);
            try
            {
                System.IO.Directory.CreateDirectory(directory);
                string probe = Path.Combine(directory, ".probe");
                File.WriteAllBytes(probe, []);
                File.Delete(probe);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Wrong($"dir {Directory}", $"cannot be written ({e.Message}); choose another with --dir");
            }
        }
    }

    public int PortOf(int node) => FirstPort + node - 1;

    public int MetricsPortOf(int node) => MetricsPort + node - 1;

    public string DirectoryOf(int node) => Path.Combine(Directory, $"node{node}");

    /// <summary>The command line of a node; what the user gave comes last and wins.</summary>
    public IReadOnlyList<string> ArgumentsOf(int node) =>
    [
        .. IsSecure ? (string[])["--tls-cluster", "yes", "--port", "0", "--tls-port"] : ["--port"], PortOf(node).ToString(CultureInfo.InvariantCulture),
        "--bind", Host,
        "--dir", DirectoryOf(node),
        "--logfile", "node.log",
        "--raft.addr", $"{Host}:{PortOf(node)}",
        .. Password.Length > 0 ? (string[])["--raft.cluster-password", Password] : [],
        .. NodeOptions,
        .. MetricsPort > 0 ? (string[])["--metrics-port", MetricsPortOf(node).ToString(CultureInfo.InvariantCulture)] : [],
        .. FullPaths,
    ];

    private static IReadOnlyList<string> ThisProgram()
    {
        string program = Environment.ProcessPath!;
        bool isDotnet = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return isDotnet ? [program, Environment.GetCommandLineArgs()[0]] : [program];
    }

    private static void EnsureFree(int port, string option)
    {
        try
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // Allowed beside connections that are still closing, refused beside a listener.
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            probe.Listen(1);
        }
        catch (SocketException e)
        {
            throw Wrong($"{option} {port}", $"cannot be listened on ({e.Message}); choose other ports with --{option}");
        }
    }

    private static int Number(string name, string? text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw Wrong($"{name} {text}", $"a number from {min} to {max} must follow");

    private static ConfigurationException Wrong(string what, string reason) => new("local-cluster's arguments", 0, what, reason);
}
