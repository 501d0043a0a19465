using System.Text;
using Redis.Server.Clients;
using Redis.Server.Scripting;

namespace Redis.Server.Diagnostics;

/// <summary>INFO memory.</summary>
internal static class MemoryInfo
{
    public static void Write(StringBuilder text, ClientServices services)
    {
        MemoryFigures memory = new(services);
        Scripts scripts = services.Scripts;
        long texts = scripts.Cache.Bytes + scripts.Libraries.Bytes;
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
            ("used_memory_lua", scripts.EngineBytes),
            ("used_memory_vm_eval", scripts.EngineBytes),
            ("used_memory_lua_human", InfoText.Human(scripts.EngineBytes)),
            ("used_memory_scripts_eval", scripts.Cache.Bytes),
            ("number_of_cached_scripts", scripts.Cache.Count),
            ("number_of_functions", scripts.Libraries.FunctionCount),
            ("number_of_libraries", scripts.Libraries.Count),
            ("used_memory_vm_functions", 0), // one Lua serves scripts and functions
            ("used_memory_vm_total", scripts.EngineBytes),
            ("used_memory_vm_total_human", InfoText.Human(scripts.EngineBytes)),
            ("used_memory_functions", scripts.Libraries.Bytes),
            ("used_memory_scripts", texts),
            ("used_memory_scripts_human", InfoText.Human(texts)),
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
