namespace Benchmarks.Measuring;

/// <summary>The command line of a benchmark: "--name value", "--name=value" or a bare "--name". Behind "--" stands what is for others.</summary>
internal static class PlanArguments
{
    /// <summary>Changes a plan by each option in turn.</summary>
    /// <param name="benchmark">Its name, for messages.</param>
    /// <param name="plan">What holds where nothing is said.</param>
    /// <param name="words">The command line.</param>
    /// <param name="with">The plan with an option, whose value is asked for where it takes one; null where there is no such option.</param>
    /// <exception cref="ArgumentException">An option is unknown, lacks its value or cannot have it.</exception>
    public static (T Plan, IReadOnlyList<string> Others) Read<T>(string benchmark, T plan, IReadOnlyList<string> words, Func<T, string, Func<string>, T?> with)
        where T : class
    {
        int at = 0;
        while (at < words.Count && words[at] != "--")
        {
            string[] parts = words[at++].Split('=', 2);
            string Value() => parts.Length > 1 ? parts[1]
                : at < words.Count ? words[at++] : throw new ArgumentException($"{parts[0]} needs a value");
            try
            {
                plan = with(plan, parts[0], Value) ?? throw new ArgumentException($"{benchmark} knows no {parts[0]}, or not this value");
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                throw new ArgumentException($"{parts[0]}: {exception.Message}", exception);
            }
        }

        return (plan, [.. words.Skip(at + 1)]);
    }
}
