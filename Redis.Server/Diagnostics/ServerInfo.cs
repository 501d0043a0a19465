using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Redis.Server.Clients;
using Redis.Server.Operations;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>INFO: Redis's sections and field names in Redis's order, and raft. Application's turn only.</summary>
internal sealed class ServerInfo
{
    private readonly (string Name, bool IsDefault, Action<StringBuilder> Write)[] _sections;
    private readonly ClientServices _services;
    private readonly string _runId = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    public ServerInfo(ClientServices services)
    {
        _services = services;
        RaftInfoSection raft = new(services.Host, services.Options, () => services.Keyspace);
        CommandStatistics statistics = services.Meter.Statistics;
        _sections =
        [
            ("server", true, WriteServer),
            ("clients", true, WriteClients),
            ("memory", true, text => MemoryInfo.Write(text, services)),
            ("persistence", true, WritePersistence),
            ("stats", true, text => StatisticsInfo.WriteStats(text, services)),
            ("replication", true, text => ReplicationInfo.Write(text, services.Host)),
            ("cpu", true, WriteCpu),
            ("modules", true, text => InfoText.Section(text, "Modules", ("module", "name=raft,ver=1,api=1,filters=0,usedby=[],using=[],options=[]"))),
            ("commandstats", false, text => StatisticsInfo.WriteCommands(text, statistics)),
            ("errorstats", true, text => StatisticsInfo.WriteErrors(text, statistics)),
            ("latencystats", false, text => StatisticsInfo.WriteLatencies(text, statistics, services.Options.Diagnostics.LatencyPercentiles)),
            ("cluster", true, text => InfoText.Section(text, "Cluster", ("cluster_enabled", 1))),
            ("keyspace", true, WriteKeyspace),
            ("raft", true, raft.Write),
        ];
    }

    /// <param name="wanted">Section names; none, or "default", for the default ones; "all" or "everything" for all.</param>
    public string Write(HashSet<string> wanted)
    {
        bool all = wanted.Contains("all") || wanted.Contains("everything");
        bool standard = wanted.Count == 0 || wanted.Contains("default");
        StringBuilder text = new();
        foreach ((string name, bool isDefault, Action<StringBuilder> write) in _sections)
        {
            if (all || (standard && isDefault) || wanted.Contains(name))
            {
                if (text.Length > 0)
                {
                    text.Append("\r\n");
                }

                write(text);
            }
        }

        return text.ToString();
    }

    /// <summary>As uname says it: system, release, machine.</summary>
    private static string OperatingSystemName { get; } = OperatingSystem.IsLinux()
        ? $"Linux {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()} {(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "x86_64" : "aarch64")}"
        : RuntimeInformation.OSDescription;

    private void WriteServer(StringBuilder text)
    {
        long uptime = (RaftClock.Now - _services.StartedAt) / 1000;
        InfoText.Section(text, "Server",
            ("redis_version", ServerVersion.Redis),
            ("redis_git_sha1", ServerVersion.GitSha1),
            ("redis_git_dirty", 0),
            ("redis_build_id", 0),
            ("redis_mode", "standalone"),
            ("os", OperatingSystemName),
            ("arch_bits", 64),
            ("monotonic_clock", "POSIX clock_gettime"),
            ("multiplexing_api", "epoll"),
            ("atomicvar_api", "dotnet"),
            ("gcc_version", "0.0.0"),
            ("process_id", Environment.ProcessId),
            ("process_supervised", "no"),
            ("run_id", _runId),
            ("tcp_port", _services.Options.Port),
            ("server_time_usec", (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond),
            ("uptime_in_seconds", uptime),
            ("uptime_in_days", uptime / 86400),
            ("hz", _services.Options.Table.Find("hz")!.Text),
            ("configured_hz", _services.Options.Table.Find("hz")!.Text),
            ("lru_clock", RaftClock.Now / 1000 & 0xFFFFFF),
            ("executable", Environment.ProcessPath ?? ""),
            ("config_file", _services.Options.ConfigFile ?? ""),
            ("io_threads_active", 0),
            ("redis_on_raft_version", ServerVersion.Text));
    }

    private void WriteClients(StringBuilder text)
    {
        (long input, long output) = _services.Clients.LargestBuffers;
        InfoText.Section(text, "Clients",
            ("connected_clients", _services.Clients.Count),
            ("cluster_connections", 0),
            ("maxclients", _services.Options.MaxClients),
            ("client_recent_max_input_buffer", input),
            ("client_recent_max_output_buffer", output),
            ("blocked_clients", _services.Host.Application.BlockedClients + _services.Pause.HeldBack),
            ("tracking_clients", _services.Invalidations.Clients),
            ("clients_in_timeout_table", 0));
    }

    private void WritePersistence(StringBuilder text)
    {
        RaftHost host = _services.Host;
        SnapshotTaking snapshots = host.Snapshots;
        InfoText.Section(text, "Persistence",
            ("loading", host.Admission.State == NodeState.Loading ? 1 : 0),
            ("async_loading", 0),
            ("current_cow_peak", 0),
            ("current_cow_size", 0),
            ("current_cow_size_age", 0),
            ("current_fork_perc", "0.00"),
            ("current_save_keys_processed", 0),
            ("current_save_keys_total", 0),
            ("rdb_changes_since_last_save", host.Application.AppliedIndex - host.LatestSnapshot.Last.Index),
            ("rdb_bgsave_in_progress", snapshots.IsInProgress ? 1 : 0),
            ("rdb_last_save_time", snapshots.LastSavedAt),
            ("rdb_last_bgsave_status", snapshots.LastSucceeded ? "ok" : "err"),
            ("rdb_last_bgsave_time_sec", snapshots.LastSeconds),
            ("rdb_current_bgsave_time_sec", snapshots.CurrentSeconds),
            ("rdb_saves", snapshots.Taken),
            ("rdb_last_cow_size", 0),
            ("rdb_last_load_keys_expired", 0),
            ("rdb_last_load_keys_loaded", host.Loading.LoadedKeys),
            ("aof_enabled", 0),
            ("aof_rewrite_in_progress", 0),
            ("aof_rewrite_scheduled", 0),
            ("aof_last_rewrite_time_sec", -1),
            ("aof_current_rewrite_time_sec", -1),
            ("aof_last_bgrewrite_status", "ok"),
            ("aof_rewrites", 0),
            ("aof_rewrites_consecutive_failures", 0),
            ("aof_last_write_status", "ok"),
            ("aof_last_cow_size", 0),
            ("module_fork_in_progress", 0),
            ("module_fork_last_cow_size", 0));
        if (host.Admission.State == NodeState.Loading)
        {
            InfoText.Fields(text, LoadingFields(host.Loading));
        }
    }

    private static (string Name, object Value)[] LoadingFields(LoadingProgress loading) =>
    [
        ("loading_start_time", loading.StartedAt / 1000),
        ("loading_total_bytes", loading.TotalBytes),
        ("loading_rdb_used_mem", loading.UsedMemory),
        ("loading_loaded_bytes", loading.LoadedBytes),
        ("loading_loaded_perc", InfoText.Decimal(loading.Percent)),
        ("loading_loaded_keys", loading.LoadedKeys),
        ("loading_eta_seconds", loading.SecondsLeft),
    ];

    private static void WriteCpu(StringBuilder text)
    {
        using Process process = Process.GetCurrentProcess();
        string system = Seconds(process.PrivilegedProcessorTime);
        string user = Seconds(process.UserProcessorTime);
        InfoText.Section(text, "CPU",
            ("used_cpu_sys", system),
            ("used_cpu_user", user),
            ("used_cpu_sys_children", Seconds(default)),
            ("used_cpu_user_children", Seconds(default)),
            ("used_cpu_sys_main_thread", system),
            ("used_cpu_user_main_thread", user));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);

    private void WriteKeyspace(StringBuilder text)
    {
        InfoText.Section(text, "Keyspace");
        Keyspace.Keyspace keyspace = _services.Keyspace;
        if (keyspace.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"db0:keys={keyspace.Count},expires={keyspace.ExpiringCount},avg_ttl={(long)keyspace.AverageTtl}\r\n");
        }
    }
}
