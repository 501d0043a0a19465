using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Redis.Server.Clients;
using Redis.Server.Operations;
using Redis.Server.Replication;

namespace Redis.Server.Diagnostics;

/// <summary>INFO: Redis's sections and field names, and raft. Application's turn only.</summary>
internal sealed class ServerInfo
{
    private readonly (string Name, bool IsDefault, Action<StringBuilder> Write)[] _sections;
    private readonly ClientServices _services;
    private readonly string _runId = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(20));

    public ServerInfo(ClientServices services)
    {
        _services = services;
        RaftInfoSection raft = new(services.Host, services.Options);
        _sections =
        [
            ("server", true, WriteServer),
            ("clients", true, WriteClients),
            ("memory", true, WriteMemory),
            ("persistence", true, WritePersistence),
            ("stats", true, WriteStats),
            ("replication", true, WriteReplication),
            ("cpu", true, WriteCpu),
            ("cluster", true, text => Fields(text, "Cluster", ("cluster_enabled", 1))),
            ("raft", true, raft.Write),
            ("keyspace", true, WriteKeyspace),
        ];
    }

    /// <param name="wanted">Section names in lower case; none, or "default", for the default ones; "all" or "everything" for all.</param>
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

    private static void Fields(StringBuilder text, string section, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        text.Append("# ").Append(section).Append("\r\n");
        foreach ((string name, object value) in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}:{value}\r\n");
        }
    }

    private void WriteServer(StringBuilder text)
    {
        long uptime = (RaftClock.Now - _services.StartedAt) / 1000;
        Fields(text, "Server",
            ("redis_version", ServerVersion.Redis),
            ("redis_git_sha1", ServerVersion.GitSha1),
            ("redis_git_dirty", 0),
            ("redis_build_id", 0),
            ("redis_mode", "standalone"),
            ("os", RuntimeInformation.OSDescription),
            ("arch_bits", 64),
            ("multiplexing_api", "epoll"),
            ("process_id", Environment.ProcessId),
            ("process_supervised", "no"),
            ("run_id", _runId),
            ("tcp_port", _services.Options.Port),
            ("server_time_usec", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000),
            ("uptime_in_seconds", uptime),
            ("uptime_in_days", uptime / 86400),
            ("hz", 10),
            ("configured_hz", 10),
            ("lru_clock", RaftClock.Now / 1000 & 0xFFFFFF),
            ("executable", Environment.ProcessPath ?? ""),
            ("config_file", _services.Options.ConfigFile ?? ""),
            ("redis_on_raft_version", ServerVersion.Text));
    }

    private void WriteClients(StringBuilder text) => Fields(text, "Clients",
        ("connected_clients", _services.Clients.Count),
        ("cluster_connections", 0),
        ("maxclients", _services.Options.MaxClients),
        ("client_recent_max_input_buffer", 0),
        ("client_recent_max_output_buffer", 0),
        ("blocked_clients", _services.Host.Application.BlockedClients),
        ("tracking_clients", 0),
        ("clients_in_timeout_table", 0));

    private void WriteMemory(StringBuilder text)
    {
        long used = _services.Keyspace.UsedMemory;
        using Process process = Process.GetCurrentProcess();
        long rss = process.WorkingSet64;
        Fields(text, "Memory",
            ("used_memory", used),
            ("used_memory_human", Human(used)),
            ("used_memory_rss", rss),
            ("used_memory_rss_human", Human(rss)),
            ("used_memory_peak", process.PeakWorkingSet64),
            ("used_memory_peak_human", Human(process.PeakWorkingSet64)),
            ("used_memory_dataset", used),
            ("total_system_memory", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
            ("maxmemory", _services.Options.Data.MaxMemory),
            ("maxmemory_human", Human(_services.Options.Data.MaxMemory)),
            ("maxmemory_policy", "noeviction"),
            ("mem_fragmentation_ratio", used == 0 ? "0" : ((double)rss / used).ToString("0.00", CultureInfo.InvariantCulture)),
            ("mem_allocator", "dotnet-gc"));
    }

    private void WritePersistence(StringBuilder text) => Fields(text, "Persistence",
        ("loading", _services.Host.Admission.State == NodeState.Loading ? 1 : 0),
        ("async_loading", 0),
        ("loading_start_time", _services.Host.Loading.StartedAt / 1000),
        ("loading_total_bytes", _services.Host.Loading.TotalBytes),
        ("loading_loaded_bytes", _services.Host.Loading.LoadedBytes),
        ("loading_loaded_perc", _services.Host.Loading.Percent.ToString("0.00", CultureInfo.InvariantCulture)),
        ("loading_loaded_keys", _services.Host.Loading.LoadedKeys),
        ("loading_eta_seconds", _services.Host.Loading.SecondsLeft),
        ("rdb_bgsave_in_progress", _services.Host.Snapshots.IsInProgress ? 1 : 0),
        ("rdb_last_save_time", _services.Host.Snapshots.LastSavedAt),
        ("rdb_last_bgsave_status", _services.Host.Snapshots.LastSucceeded ? "ok" : "err"),
        ("rdb_last_bgsave_time_sec", _services.Host.Snapshots.LastSeconds),
        ("aof_enabled", 0));

    private void WriteStats(StringBuilder text) => Fields(text, "Stats",
        ("total_connections_received", _services.Clients.Accepted),
        ("total_commands_processed", _services.Host.Application.CommandsProcessed),
        ("rejected_connections", _services.Clients.Rejected),
        ("expired_keys", _services.Keyspace.ExpiredKeys),
        ("evicted_keys", 0),
        ("keyspace_hits", _services.Keyspace.Hits),
        ("keyspace_misses", _services.Keyspace.Misses),
        ("pubsub_channels", 0),
        ("pubsub_patterns", 0));

    private void WriteReplication(StringBuilder text) => Fields(text, "Replication",
        ("role", "master"),
        ("connected_slaves", 0),
        ("master_replid", _runId),
        ("master_repl_offset", 0));

    private void WriteCpu(StringBuilder text)
    {
        using Process process = Process.GetCurrentProcess();
        Fields(text, "CPU",
            ("used_cpu_sys", process.PrivilegedProcessorTime.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture)),
            ("used_cpu_user", process.UserProcessorTime.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture)));
    }

    private void WriteKeyspace(StringBuilder text)
    {
        text.Append("# Keyspace\r\n");
        Keyspace.Keyspace keyspace = _services.Keyspace;
        if (keyspace.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"db0:keys={keyspace.Count},expires={keyspace.ExpiringCount},avg_ttl={(long)keyspace.AverageTtl}\r\n");
        }
    }

    private static string Human(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes}B",
        < 1L << 20 => Scaled(bytes, 1L << 10, "K"),
        < 1L << 30 => Scaled(bytes, 1L << 20, "M"),
        _ => Scaled(bytes, 1L << 30, "G"),
    };

    private static string Scaled(long bytes, long unit, string suffix) =>
        ((double)bytes / unit).ToString("0.00", CultureInfo.InvariantCulture) + suffix;
}
