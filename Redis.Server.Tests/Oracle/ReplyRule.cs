using System.Text;

namespace Redis.Server.Tests.Oracle;

/// <summary>How replies of a command that are not alike byte for byte may still count as alike, and why.</summary>
internal sealed class ReplyRule
{
    private readonly Func<Reply, Reply, bool> _alike;

    private ReplyRule(string reason, Func<Reply, Reply, bool> alike)
    {
        Reason = reason;
        _alike = alike;
    }

    /// <summary>Why bytes may differ.</summary>
    public string Reason { get; }

    /// <summary>The elements in any order.</summary>
    public static ReplyRule AnyOrder(string reason) => new(reason, (a, b) => SameBag(a, b, 1));

    /// <summary>The pairs of elements in any order (fields with values, members with scores).</summary>
    public static ReplyRule AnyOrderOfPairs(string reason) => new(reason, (a, b) => SameBag(a, b, 2));

    /// <summary>[cursor, elements]: the cursor alike, the elements in any order.</summary>
    public static ReplyRule Scan(string reason) => new(reason, (a, b) =>
        a.Elements.Length == 2 && b.Elements.Length == 2 && SameBag(a.Elements[1], b.Elements[1], 1));

    /// <summary>An integer that may differ by <paramref name="tolerance"/>, as the two clocks do.</summary>
    public static ReplyRule Near(long tolerance, string reason) => new(reason, (a, b) =>
        a.Kind == ':' && b.Kind == ':'
        && long.TryParse(a.AsString, out long left) && long.TryParse(b.AsString, out long right)
        && Math.Abs(left - right) <= tolerance && (left < 0) == (right < 0));

    /// <summary>Only the kind of reply and the number of elements must be alike (random picks).</summary>
    public static ReplyRule SameShape(string reason) => new(reason, (a, b) =>
        a.Kind == b.Kind && a.IsNull == b.IsNull && a.Elements.Length == b.Elements.Length);

    /// <summary>Whatever <paramref name="alike"/> says of (ours, Redis's).</summary>
    public static ReplyRule When(string reason, Func<Reply, Reply, bool> alike) => new(reason, alike);

    /// <summary>Whether the two replies count as alike.</summary>
    public bool Accepts(Reply ours, Reply theirs) => ours.Kind == theirs.Kind && _alike(ours, theirs);

    private static bool SameBag(Reply a, Reply b, int width) =>
        a.Elements.Length == b.Elements.Length && Sorted(a, width).SequenceEqual(Sorted(b, width), StringComparer.Ordinal);

    private static IEnumerable<string> Sorted(Reply reply, int width) => reply.Elements
        .Select(element => Encoding.Latin1.GetString(element.Raw))
        .Chunk(reply.Kind == '%' ? 2 : width)
        .Select(group => string.Concat(group))
        .Order(StringComparer.Ordinal);
}
