using System.Globalization;
using System.Text;
using Redis.Server.Clients;
using Redis.Server.PubSub;

namespace Redis.Server.Diagnostics;

/// <summary>INFO stats, commandstats, errorstats and latencystats.</summary>
internal static class StatisticsInfo
{
    public static void WriteStats(StringBuilder text, ClientServices services)
    {
        Traffic traffic = services.Clients.Traffic;
        ServerSampler sampler = services.Sampler;
        Keyspace.Keyspace keyspace = services.Keyspace;
        InfoText.Section(text, "Stats",
            ("total_connections_received", services.Clients.Accepted),
            ("total_commands_processed", services.Meter.Statistics.Processed),
            ("instantaneous_ops_per_sec", (long)sampler.Commands.PerSecond),
            ("total_net_input_bytes", traffic.BytesIn),
            ("total_net_output_bytes", traffic.BytesOut),
            ("total_net_repl_input_bytes", 0),
            ("total_net_repl_output_bytes", 0),
            ("instantaneous_input_kbps", InfoText.Decimal(sampler.BytesIn.PerSecond / 1024)),
            ("instantaneous_output_kbps", InfoText.Decimal(sampler.BytesOut.PerSecond / 1024)),
            ("instantaneous_input_repl_kbps", "0.00"),
            ("instantaneous_output_repl_kbps", "0.00"),
            ("rejected_connections", services.Clients.Rejected),
            ("sync_full", 0),
            ("sync_partial_ok", 0),
            ("sync_partial_err", 0),
            ("expired_keys", keyspace.ExpiredKeys),
            ("expired_stale_perc", "0.00"),
            ("expired_time_cap_reached_count", 0),
            ("expire_cycle_cpu_milliseconds", 0),
            ("evicted_keys", 0),
            ("evicted_clients", services.Clients.Evicted),
            ("total_eviction_exceeded_time", 0),
            ("current_eviction_exceeded_time", 0),
            ("keyspace_hits", keyspace.Hits),
            ("keyspace_misses", keyspace.Misses),
            ("pubsub_channels", services.Channels.Count(SubscriptionKind.Channel)),
            ("pubsub_patterns", services.Channels.Count(SubscriptionKind.Pattern)),
            ("pubsubshard_channels", services.Channels.Count(SubscriptionKind.ShardChannel)),
            ("latest_fork_usec", 0),
            ("total_forks", 0),
            ("migrate_cached_sockets", 0),
            ("slave_expires_tracked_keys", 0),
            ("active_defrag_hits", 0),
            ("active_defrag_misses", 0),
            ("active_defrag_key_hits", 0),
            ("active_defrag_key_misses", 0),
            ("total_active_defrag_time", 0),
            ("current_active_defrag_time", 0),
            ("tracking_total_keys", services.Invalidations.Keys),
            ("tracking_total_items", services.Invalidations.Items),
            ("tracking_total_prefixes", services.Invalidations.Prefixes),
            ("unexpected_error_replies", 0),
            ("total_error_replies", services.Meter.Statistics.Errors),
            ("dump_payload_sanitizations", 0),
            ("total_reads_processed", traffic.Reads),
            ("total_writes_processed", traffic.Writes),
            ("io_threaded_reads_processed", 0),
            ("io_threaded_writes_processed", 0),
            ("reply_buffer_shrinks", 0),
            ("reply_buffer_expands", 0));
    }

    public static void WriteCommands(StringBuilder text, CommandStatistics statistics)
    {
        InfoText.Section(text, "Commandstats");
        foreach (CommandRecord record in statistics.Records)
        {
            long microseconds = record.Nanoseconds / 1000;
            double each = record.Calls == 0 ? 0 : (double)microseconds / record.Calls;
            text.Append(CultureInfo.InvariantCulture,
                $"cmdstat_{record.Command.FullName}:calls={record.Calls},usec={microseconds},usec_per_call={each:0.00}," +
                $"rejected_calls={record.Rejected},failed_calls={record.Failed}\r\n");
        }
    }

    public static void WriteErrors(StringBuilder text, CommandStatistics statistics)
    {
        InfoText.Section(text, "Errorstats");
        foreach ((string code, long count) in statistics.ErrorCodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"errorstat_{InfoText.Plain(code)}:count={count}\r\n");
        }
    }

    public static void WriteLatencies(StringBuilder text, CommandStatistics statistics, IEnumerable<double> percentiles)
    {
        InfoText.Section(text, "Latencystats");
        foreach (CommandRecord record in statistics.Records)
        {
            if (record.Histogram is { } histogram)
            {
                IEnumerable<string> values = percentiles.Select(percentile =>
                    string.Create(CultureInfo.InvariantCulture, $"p{percentile}={histogram.ValueAt(percentile) / 1000.0:0.000}"));
                text.Append(CultureInfo.InvariantCulture, $"latency_percentiles_usec_{record.Command.FullName}:{string.Join(',', values)}\r\n");
            }
        }
    }
}
