using Redis.Server.Commands;

namespace Redis.Server.Security;

/// <summary>
/// Rights that entries bring along as text, for commands that run others or look at keys which no argument names. What is in
/// the entry is the same for all nodes, also where users live in a file of each. Application's turn only.
/// </summary>
internal sealed class CallerRights(CommandTable table)
{
    private const int Kept = 1000;

    private readonly AclRules _rules = new(table, newSeeAllChannels: false);
    private readonly Dictionary<string, AclRights> _known = new(StringComparer.Ordinal);
    private byte[] _lastText = [];
    private AclRights? _last;

    public AclRights Parse(ReadOnlySpan<byte> text)
    {
        if (_last is null || !text.SequenceEqual(_lastText))
        {
            string rules = AclText.Of(text);
            if (!_known.TryGetValue(rules, out AclRights? rights))
            {
                rights = _rules.Parse(rules);
                if (_known.Count == Kept)
                {
                    _known.Clear();
                }

                _known.Add(rules, rights);
            }

            (_lastText, _last) = (text.ToArray(), rights);
        }

        return _last;
    }
}
