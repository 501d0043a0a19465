namespace Redis.Server.Configuration;

/// <summary>
/// Directives of Redis 7.0 that have no meaning in this server. They are checked, kept and answered by CONFIG GET like
/// in Redis, so that existing configuration files and tools work.
/// </summary>
internal sealed class AcceptedOptions
{
    private readonly OptionTable _table;

    private AcceptedOptions(OptionTable table) => _table = table;

    public static void AddTo(OptionTable table)
    {
        table.Begin(OptionSection.Accepted);
        AcceptedOptions rows = new(table);
        rows.AddGeneral();
        rows.AddPersistence();
        rows.AddReplication();
        rows.AddCluster();
        rows.AddMemory();
        rows.AddTls();
    }

    private void AddGeneral()
    {
        YesNo("always-show-logo", false, Fixed);
        Text("aof_rewrite_cpulist", "", Fixed);
        Text("bgsave_cpulist", "", Fixed);
        Text("bind-source-addr", "", Free);
        Text("bio_cpulist", "", Fixed);
        YesNo("crash-log-enabled", true, Free);
        YesNo("crash-memcheck-enabled", true, Free);
        YesNo("disable-thp", true, Fixed);
        YesNo("dynamic-hz", true, Free);
        Choice("enable-module-command", "no", ["no", "yes", "local"], Fixed);
        Number("hz", 10, 0, int.MaxValue, Free, adjust: hz => Math.Clamp(hz, 1, 500));
        Words("ignore-warnings", [], Free);
        Number("io-threads", 1, 1, 128, Fixed);
        YesNo("io-threads-do-reads", false, Fixed);
        Choice("oom-score-adj", "no", ["no", "yes", "relative", "absolute"], Free);
        Words("oom-score-adj-values", ["0", "200", "800"], Free, CheckScores);
        Text("proc-title-template", "{title} {listen-addr} {server-mode}", Free);
        Choice("propagation-error-behavior", "ignore", ["ignore", "panic", "panic-on-replicas"], Free);
        Text("server_cpulist", "", Fixed);
        YesNo("set-proc-title", true, Fixed);
        Choice("shutdown-on-sigint", "default", ["default", "save", "nosave", "now", "force"], Free | OptionFlags.MultiWord, CheckShutdown);
        Choice("shutdown-on-sigterm", "default", ["default", "save", "nosave", "now", "force"], Free | OptionFlags.MultiWord, CheckShutdown);
        Number("socket-mark-id", 0, 0, uint.MaxValue, Fixed);
        Choice("supervised", "no", ["upstart", "systemd", "auto", "no"], Fixed);
        YesNo("syslog-enabled", false, Fixed);
        Text("syslog-facility", "local0", Fixed);
        Text("syslog-ident", "redis", Fixed);
        Number("watchdog-period", 0, 0, int.MaxValue, Free | OptionFlags.Hidden, adjust: period => period > 0 ? Math.Max(period, 200) : 0);
    }

    private void AddPersistence()
    {
        YesNo("aof-disable-auto-gc", false, Free);
        YesNo("aof-load-truncated", true, Free);
        YesNo("aof-rewrite-incremental-fsync", true, Free);
        YesNo("aof-timestamp-enabled", false, Free);
        YesNo("aof-use-rdb-preamble", true, Free);
        Text("appenddirname", "appendonlydir", Fixed);
        Text("appendfilename", "appendonly.aof", Fixed);
        Choice("appendfsync", "everysec", ["everysec", "always", "no"], Free);
        Bytes("auto-aof-rewrite-min-size", 64 << 20, Free);
        Number("auto-aof-rewrite-percentage", 100, 0, int.MaxValue, Free);
        YesNo("no-appendfsync-on-rewrite", false, Free);
        YesNo("rdb-del-sync-files", false, Free);
        YesNo("rdb-save-incremental-fsync", true, Free);
        YesNo("rdbchecksum", true, Fixed);
        YesNo("rdbcompression", true, Free);
        Choice("sanitize-dump-payload", "no", ["no", "yes", "clients"], Free);
        YesNo("stop-writes-on-bgsave-error", true, Free);
    }

    private void AddReplication()
    {
        Text("masterauth", "", Free | OptionFlags.Sensitive);
        Text("masteruser", "", Free | OptionFlags.Sensitive);
        Number("min-replicas-max-lag", 10, 0, int.MaxValue, Free, "min-slaves-max-lag");
        Number("min-replicas-to-write", 0, 0, int.MaxValue, Free, "min-slaves-to-write");
        Bytes("repl-backlog-size", 1 << 20, Free, 1);
        Number("repl-backlog-ttl", 3600, 0, long.MaxValue, Free);
        YesNo("repl-disable-tcp-nodelay", false, Free);
        Choice("repl-diskless-load", "disabled", ["disabled", "on-empty-db", "swapdb"], Free);
        YesNo("repl-diskless-sync", true, Free);
        Number("repl-diskless-sync-delay", 5, 0, int.MaxValue, Free);
        Number("repl-diskless-sync-max-replicas", 0, 0, int.MaxValue, Free);
        Number("repl-ping-replica-period", 10, 1, int.MaxValue, Free, "repl-ping-slave-period");
        Number("repl-timeout", 60, 1, int.MaxValue, Free);
        Text("replica-announce-ip", "", Free, "slave-announce-ip");
        Number("replica-announce-port", 0, 0, 65535, Free, "slave-announce-port");
        YesNo("replica-announced", true, Free);
        YesNo("replica-ignore-disk-write-errors", false, Free);
        YesNo("replica-ignore-maxmemory", true, Free, "slave-ignore-maxmemory");
        YesNo("replica-lazy-flush", false, Free, "slave-lazy-flush");
        Number("replica-priority", 100, 0, int.MaxValue, Free, "slave-priority");
        YesNo("replica-read-only", true, Free, "slave-read-only");
        YesNo("replica-serve-stale-data", true, Free, "slave-serve-stale-data");
    }

    private void AddCluster()
    {
        YesNo("cluster-allow-pubsubshard-when-down", true, Free);
        YesNo("cluster-allow-reads-when-down", false, Free);
        YesNo("cluster-allow-replica-migration", true, Free);
        Number("cluster-announce-bus-port", 0, 0, 65535, Free);
        Text("cluster-announce-hostname", "", Free, check: CheckHostName);
        Text("cluster-announce-ip", "", Free);
        Number("cluster-announce-port", 0, 0, 65535, Free);
        Number("cluster-announce-tls-port", 0, 0, 65535, Free);
        Text("cluster-config-file", "nodes.conf", Fixed);
        Bytes("cluster-link-sendbuf-limit", 0, Free);
        Number("cluster-migration-barrier", 1, 0, int.MaxValue, Free);
        Number("cluster-node-timeout", 15000, 0, long.MaxValue, Free);
        Number("cluster-port", 0, 0, 65535, Fixed);
        Choice("cluster-preferred-endpoint-type", "ip", ["ip", "hostname", "unknown-endpoint"], Free);
        YesNo("cluster-replica-no-failover", false, Free, "cluster-slave-no-failover");
        Number("cluster-replica-validity-factor", 10, 0, int.MaxValue, Free, "cluster-slave-validity-factor");
        YesNo("cluster-require-full-coverage", true, Free);
    }

    private void AddMemory()
    {
        Number("active-defrag-cycle-max", 25, 1, 99, Free);
        Number("active-defrag-cycle-min", 1, 1, 99, Free);
        Bytes("active-defrag-ignore-bytes", 100 << 20, Free, 1);
        Number("active-defrag-max-scan-fields", 1000, 1, long.MaxValue, Free);
        Number("active-defrag-threshold-lower", 10, 0, 1000, Free);
        Number("active-defrag-threshold-upper", 100, 0, 1000, Free);
        Number("active-expire-effort", 1, 1, 10, Free);
        YesNo("activedefrag", false, Free);
        YesNo("activerehashing", true, Free);
        YesNo("jemalloc-bg-thread", true, Free);
        YesNo("lazyfree-lazy-eviction", false, Free);
        YesNo("lazyfree-lazy-expire", false, Free);
        YesNo("lazyfree-lazy-server-del", false, Free);
        YesNo("lazyfree-lazy-user-del", false, Free);
        YesNo("lazyfree-lazy-user-flush", false, Free);
        Number("lfu-decay-time", 1, 0, int.MaxValue, Free);
        Number("lfu-log-factor", 10, 0, int.MaxValue, Free);
        Number("list-compress-depth", 0, 0, int.MaxValue, Free);
        Number("maxmemory-eviction-tenacity", 10, 0, 100, Free);
        Number("maxmemory-samples", 5, 1, int.MaxValue, Free);
    }

    private void AddTls()
    {
        Text("tls-dh-params-file", "", Free);
        YesNo("tls-replication", false, Free);
        Number("tls-session-cache-size", 20480, 0, int.MaxValue, Free);
        Number("tls-session-cache-timeout", 300, 0, int.MaxValue, Free);
        YesNo("tls-session-caching", true, Free);
    }

    private const OptionFlags Free = OptionFlags.NoEffect;
    private const OptionFlags Fixed = OptionFlags.NoEffect | OptionFlags.Immutable;

    private void YesNo(string name, bool initial, OptionFlags flags, string? alias = null) =>
        _table.Add(new YesNoOption(name, initial, flags, "") { Alias = alias });

    private void Number(string name, long initial, long min, long max, OptionFlags flags, string? alias = null, Func<long, long>? adjust = null) =>
        _table.Add(new IntegerOption(name, initial, min, max, "", flags, "") { Alias = alias, Adjust = adjust });

    private void Bytes(string name, long initial, OptionFlags flags, long min = 0) => _table.Add(new MemoryOption(name, initial, min, flags, ""));

    private void Text(string name, string initial, OptionFlags flags, string? alias = null, Func<string, string?>? check = null) =>
        _table.Add(new TextOption(name, initial, flags, "", check) { Alias = alias });

    private void Words(string name, IReadOnlyList<string> initial, OptionFlags flags, Func<IReadOnlyList<string>, string?>? check = null) =>
        _table.Add(new WordsOption(name, initial, ' ', "words", flags, "", check));

    private static string? CheckScores(IReadOnlyList<string> words) => words.Count != 3 ? "wrong number of arguments"
        : words.All(word => int.TryParse(word, out int score) && score is >= -2000 and <= 2000) ? null
        : "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";

    private static string? CheckShutdown(IReadOnlyList<string> words) =>
        words.Contains("save", StringComparer.OrdinalIgnoreCase) && words.Contains("nosave", StringComparer.OrdinalIgnoreCase)
            ? "shutdown options SAVE and NOSAVE can't be used simultaneously"
            : null;

    private static string? CheckHostName(string name) => name.Length > 255 ? "Hostnames must be less than 256 characters"
        : name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? null
        : "Hostnames may only contain alphanumeric characters, hyphens or dots";

    private void Choice(string name, string initial, IReadOnlyList<string> choices, OptionFlags flags, Func<IReadOnlyList<string>, string?>? check = null) =>
        _table.Add(new ChoiceOption(name, initial, choices, flags, "", check));
}
