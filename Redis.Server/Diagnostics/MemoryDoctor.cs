using System.Text;

namespace Redis.Server.Diagnostics;

/// <summary>MEMORY DOCTOR: what stands out in the figures, in Redis's words.</summary>
internal static class MemoryDoctor
{
    private const long LittleData = 5L << 20;

    public static string Report(MemoryFigures memory)
    {
        if (memory.Used < LittleData)
        {
            return "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. " +
                "Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
        }

        StringBuilder issues = new();
        if (memory.Peak > memory.Used * 1.5)
        {
            issues.Append(" * Peak memory: In the past this instance used more than 150% the memory that is currently using. " +
                "The allocator is normally not able to release memory after a peak, so you can expect to see a big fragmentation ratio, " +
                "however this is actually harmless and is only due to the memory peak, and if the Redis instance Resident Set Size (RSS) is currently " +
                "bigger than expected, the memory will be used as soon as you fill the Redis instance with more data. " +
                "If the memory peak was only occasional and you want to try to reclaim memory, please try the MEMORY PURGE command, " +
                "otherwise the only other option is to shutdown and restart the instance.\n\n");
        }

        if (memory.Committed > memory.Allocated * 1.4 && memory.Committed - memory.Allocated > 10L << 20)
        {
            issues.Append(" * High allocator fragmentation: The managed heap holds more than 140% of what its objects take. " +
                "It gives memory back to the system in the background; MEMORY PURGE makes it do so now.\n\n");
        }

        return issues.Length == 0
            ? "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n"
            : $"Sam, I detected a few issues in this Redis instance memory implants:\n\n{issues}I'm here to keep you safe, Sam. I want to help you.\n";
    }
}
