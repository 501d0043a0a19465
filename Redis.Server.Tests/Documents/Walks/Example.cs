using System.Text.RegularExpressions;

namespace Redis.Server.Tests.Documents.Walks;

/// <summary>A line that a document tells people to type, and what it says will come back.</summary>
internal sealed partial record Example(string Command, string Output)
{
    /// <summary>For another machine, or with a name in the place of one that was made up.</summary>
    public Example With(string old, string replacement) => new(Command.Replace(old, replacement, StringComparison.Ordinal), Output.Replace(old, replacement, StringComparison.Ordinal));

    /// <summary>
    /// Whether an output is the promised one: line by line, in which "…" and "..." are anything, numbers and ids may be
    /// others, and blanks do not count; redis-cli says (error) and quotation marks to a terminal only.
    /// </summary>
    public bool IsAnsweredBy(string output)
    {
        string[] promised = Lines(Output);
        string[] came = Lines(output);
        return promised.Length == 0 || (promised.Length == came.Length && promised.Zip(came).All(pair => Regex.IsMatch(pair.Second, Pattern(pair.First))));
    }

    private static string Pattern(string line) =>
        "^" + Number().Replace(Id().Replace(Regex.Escape(line), "[0-9a-f]+"), "[0-9]+(\\.[0-9]+)?([BKMGT]|[kmg]b)?").Replace("…", ".*", StringComparison.Ordinal).Replace("\\.\\.\\.", ".*", StringComparison.Ordinal) + "$";

    private static string[] Lines(string text) =>
        [.. text.Split('\n').Select(line => Blanks().Replace(line, " ").Trim()).Select(line => Quoted().Replace(line.StartsWith("(error) ", StringComparison.Ordinal) ? line[8..] : line, "$1")).Where(line => line.Length > 0)];

    [GeneratedRegex(@"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")]
    private static partial Regex Id();

    /// <summary>Figures that stand alone; not those in names and addresses.</summary>
    [GeneratedRegex(@"(?<=^|\\ |=)[0-9]+(\\\.[0-9]+)?([BKMGT]|[kmg]b)?(?=$|\\ |,)")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex("^\"(.*)\"$")]
    private static partial Regex Quoted();
}
