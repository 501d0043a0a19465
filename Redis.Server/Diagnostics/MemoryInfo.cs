using System.Text;
using Redis.Server.Clients;

namespace Redis.Server.Diagnostics;

/// <summary>INFO memory. One Lua machine runs scripts and functions: it stands under vm_eval.</summary>
internal static class MemoryInfo
{
    public static void Write(StringBuilder text, ClientServices services)
    {
        MemoryFigures memory = new(services);
        InfoText.Section(text, "Memory",
            ("used_memory", memory.Used),
            ("used_memory_human", InfoText.Human(memory.Used)),
            ("used_memory_rss", memory.Resident),
            ("used_memory_rss_human", InfoText.Human(memory.Resident)),
            ("used_memory_peak", memory.Peak),
            ("used_memory_peak_human", InfoText.Human(memory.Peak)),
            ("used_memory_peak_perc", InfoText.Percent(memory.Used, memory.Peak)),
            ("used_memory_overhead", memory.Overhead),
            ("used_memory_startup", 0),
            ("used_memory_dataset", memory.Dataset),
            ("used_memory_dataset_perc", InfoText.Percent(memory.Dataset, memory.Used)),
            ("allocator_allocated", memory.Allocated),
            ("allocator_active", memory.Committed),
            ("allocator_resident", memory.Committed),
            ("total_system_memory", memory.System),
            ("total_system_memory_human", InfoText.Human(memory.System)),
            ("used_memory_lua", memory.Lua),
            ("used_memory_vm_eval", memory.Lua),
            ("used_memory_lua_human", InfoText.Human(memory.Lua)),
            ("used_memory_scripts_eval", memory.CachedScripts),
            ("number_of_cached_scripts", services.Scripts.Cache.Count),
            ("number_of_functions", services.Scripts.Libraries.FunctionCount),
            ("number_of_libraries", services.Scripts.Libraries.Count),
            ("used_memory_vm_functions", 0),
            ("used_memory_vm_total", memory.Lua),
            ("used_memory_vm_total_human", InfoText.Human(memory.Lua)),
            ("used_memory_functions", memory.Functions),
            ("used_memory_scripts", memory.CachedScripts + memory.Functions),
            ("used_memory_scripts_human", InfoText.Human(memory.CachedScripts + memory.Functions)),
            ("maxmemory", memory.Limit),
            ("maxmemory_human", InfoText.Human(memory.Limit)),
            ("maxmemory_policy", "noeviction"),
            ("allocator_frag_ratio", InfoText.Ratio(memory.Committed, memory.Allocated)),
            ("allocator_frag_bytes", memory.Committed - memory.Allocated),
            ("allocator_rss_ratio", "1.00"),
            ("allocator_rss_bytes", 0),
            ("rss_overhead_ratio", InfoText.Ratio(memory.Resident, memory.Committed)),
            ("rss_overhead_bytes", memory.Resident - memory.Committed),
            ("mem_fragmentation_ratio", InfoText.Ratio(memory.Resident, memory.Used)),
            ("mem_fragmentation_bytes", memory.Resident - memory.Used),
            ("mem_not_counted_for_evict", 0),
            ("mem_replication_backlog", memory.LogCache),
            ("mem_total_replication_buffers", memory.LogCache),
            ("mem_clients_slaves", 0),
            ("mem_clients_normal", memory.Clients),
            ("mem_cluster_links", 0),
            ("mem_aof_buffer", 0),
            ("mem_allocator", "dotnet-gc"),
            ("active_defrag_running", 0),
            ("lazyfree_pending_objects", 0),
            ("lazyfreed_objects", 0));
    }
}
