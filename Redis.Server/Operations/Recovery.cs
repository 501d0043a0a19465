using System.Globalization;
using Raft.Core;
using Raft.Storage;
using Redis.Server.Configuration;
using Redis.Server.Replication;

namespace Redis.Server.Operations;

/// <summary>
/// recover: makes a new cluster of one node from what a survivor's disk holds, when the majority is lost for good. It works
/// on a copy; the survivor's own files are put aside unchanged.
/// </summary>
internal sealed class Recovery(ServerOptions options, string[] arguments, Func<ServerOptions, RaftHost> createHost, TextWriter output)
{
    private const string ScratchName = "recovering";
    private const string Usage = "use: recover --dir DIRECTORY [--yes] [the node's other options]";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _scratch = Path.Combine(options.Directory, ScratchName);

    /// <summary>Answers the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Func<ServerOptions, RaftHost> createHost, TextReader input, TextWriter output)
    {
        bool isConfirmed = arguments.Contains("--yes");
        string[] nodeArguments = [.. arguments.Where(argument => argument != "--yes")];
        ServerOptions options = CommandLine.Parse(nodeArguments, TextReader.Null);
        if (!nodeArguments.Contains("--dir") && options.ConfigFile is null)
            throw new ConfigurationException("the command line", 0, $"recover {string.Join(' ', arguments)}".TrimEnd(), Usage);
        try
        {
            using DataDirectory directory = DataDirectory.Open(options.Directory, new PosixDisk()); // no node may run on it
            return await new Recovery(options, nodeArguments, createHost, output).RunAsync(directory, isConfirmed, input).ConfigureAwait(false);
        }
        catch (DataDirectoryLockedException exception)
        {
            output.WriteLine($"{exception.Message} Stop the node first.");
            return ExitCode.DirectoryLocked;
        }
        catch (StorageException exception)
        {
            output.WriteLine(exception.Message);
            return ExitCode.DataDamaged;
        }
    }

    private async Task<int> RunAsync(DataDirectory directory, bool isConfirmed, TextReader input)
    {
        Metadata survivor;
        using (MetadataFile file = MetadataFile.Open(directory)) survivor = file.Current;
        if (survivor.ClusterId.Length == 0)
        {
            output.WriteLine($"There is no cluster's data in {options.Directory}.");
            return ExitCode.CommandFailed;
        }

        Copy();
        string address;
        using (RaftHost host = await OpenAsync(arguments).ConfigureAwait(false))
        {
            RaftStatus status = host.Consensus.Read<RaftStatus?>((server, _) => server.Status(), null) ?? throw new StorageException("The node's state could not be restored.");
            Describe(survivor, status);
            if (!isConfirmed && !Confirm(input))
            {
                output.WriteLine("Nothing was changed.");
                return ExitCode.CommandFailed;
            }

            if (await host.RecoverAloneAsync().ConfigureAwait(false) is { } failure) throw new StorageException(failure);
            address = options.Raft.Address.Length > 0 ? options.Raft.Address : status.Configuration.Find(survivor.NodeId)?.Address ?? options.AdvertisedAddress;
        }

        string clusterId = await BeginAnewAsync(address).ConfigureAwait(false);
        string aside = Replace(survivor.ClusterId);
        output.WriteLine($"Recovered: cluster {clusterId}, of this node alone, at {address}.");
        output.WriteLine($"The files from before are in {aside}. Start the node as usual, then let nodes with empty directories JOIN it.");
        return ExitCode.Success;
    }

    private void Copy()
    {
        if (Directory.Exists(_scratch)) Directory.Delete(_scratch, recursive: true); // of a recovery that was interrupted
        Directory.CreateDirectory(_scratch);
        foreach (string file in FilesIn(options.Directory)) File.Copy(file, Path.Combine(_scratch, Path.GetFileName(file)));
    }

    private void Describe(Metadata survivor, RaftStatus status)
    {
        output.WriteLine($"cluster    {survivor.ClusterId}");
        output.WriteLine($"node       {survivor.NodeId}");
        output.WriteLine($"last entry {status.LastEntry.Index}, of term {status.LastEntry.Term}");
        output.WriteLine($"snapshot   up to entry {status.Snapshot?.Last.Index ?? 0}");
        output.WriteLine($"members    {string.Join(", ", status.Configuration.Members.Select(m => $"{m.Id} at {m.Address}{(m.IsVoter ? "" : " (no vote)")}"))}");
        output.WriteLine();
        output.WriteLine("This makes a NEW cluster of this node alone. What may be lost: every write that the lost majority acknowledged and");
        output.WriteLine("this node has not received. What may appear: writes at the end of its log whose clients were never told that they");
        output.WriteLine("succeeded. If several nodes survived, recover the one whose last entry has the highest term, then the highest index;");
        output.WriteLine("if together they are a majority, do not recover: start them. The other nodes must join with empty directories.");
    }

    private bool Confirm(TextReader input)
    {
        output.Write("Type \"recover\" to go on: ");
        output.Flush();
        return input.ReadLine()?.Trim() == "recover";
    }

    /// <summary>A node on the copy, restored, that reaches nobody and is reached by nobody.</summary>
    private async Task<RaftHost> OpenAsync(IEnumerable<string> nodeArguments)
    {
        RaftHost host = createHost(CommandLine.Parse([.. nodeArguments, "--dir", _scratch], TextReader.Null));
        try
        {
            host.Open();
            while (host.Admission.State == NodeState.Loading && !host.Ended.IsCompleted) await Task.Delay(PollInterval).ConfigureAwait(false);
            if (host.Ended.IsCompleted) await host.Ended.ConfigureAwait(false);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The snapshot that now holds everything begins a cluster of its own, as a Redis's file would.</summary>
    private async Task<string> BeginAnewAsync(string address)
    {
        foreach (string file in FilesIn(_scratch))
        {
            if (Path.GetFileName(file) != options.DbFileName) File.Delete(file);
        }

        using RaftHost host = await OpenAsync([.. arguments, "--raft.addr", address]).ConfigureAwait(false);
        return await host.InitAsync(null).ConfigureAwait(false);
    }

    /// <summary>The new files take the place of the old ones, which stay beside them.</summary>
    private string Replace(string oldClusterId)
    {
        string aside = Path.Combine(options.Directory, $"before-recovery-{oldClusterId[..8]}");
        for (int i = 2; Directory.Exists(aside); i++) aside = Path.Combine(options.Directory, string.Create(CultureInfo.InvariantCulture, $"before-recovery-{oldClusterId[..8]}-{i}"));
        Directory.CreateDirectory(aside);
        foreach (string file in FilesIn(options.Directory)) File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
        foreach (string file in FilesIn(_scratch)) File.Move(file, Path.Combine(options.Directory, Path.GetFileName(file)));
        Directory.Delete(_scratch, recursive: true);
        return aside;
    }

    private string[] FilesIn(string directory) =>
    [
        .. Directory.EnumerateFiles(directory).Where(file => Path.GetFileName(file) is var name
            && (name == options.DbFileName || name == MetadataFile.FileName || name.StartsWith(options.Raft.LogFileName, StringComparison.Ordinal))),
    ];
}
