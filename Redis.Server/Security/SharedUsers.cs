using System.Text;
using Redis.Server.Commands;
using Redis.Server.Keyspace.Snapshots;

namespace Redis.Server.Security;

/// <summary>
/// The users that ACL SETUSER and DELUSER have made through the log: part of the replicated state, in every snapshot, and equal
/// on all nodes. A user that nodes have in their configuration and that was deleted stays here as deleted.
/// </summary>
internal sealed class SharedUsers(CommandTable table) : ISnapshotPart
{
    private const string Field = "raft-users";

    private readonly SortedDictionary<string, SharedUser> _users = new(StringComparer.Ordinal);

    /// <summary>Hears of each user that changed, on the application's turn.</summary>
    public Action<string> Changed { get; set; } = _ => { };

    /// <summary>What the cluster says of a user, if it says anything: its rights, or null when it was deleted.</summary>
    public bool TryFind(string name, out AclRights? rights)
    {
        lock (_users)
        {
            bool found = _users.TryGetValue(name, out SharedUser? user);
            rights = user?.Rights;
            return found;
        }
    }

    /// <param name="name">Whose rights.</param>
    /// <param name="rights">From now on.</param>
    /// <param name="wasOwn">It was made from a user of a node's own, which it hides from now on.</param>
    public void Set(string name, AclRights rights, bool wasOwn)
    {
        lock (_users)
        {
            _users[name] = new SharedUser(rights, wasOwn || (_users.TryGetValue(name, out SharedUser? known) && known.HidesOwn));
        }

        Changed(name);
    }

    /// <summary>Deletes a user; false when there is none.</summary>
    /// <param name="name">Which.</param>
    /// <param name="isOwn">Nodes have it in their configuration.</param>
    public bool Delete(string name, bool isOwn)
    {
        lock (_users)
        {
            bool known = _users.TryGetValue(name, out SharedUser? user);
            if (known ? user!.Rights is null : !isOwn)
            {
                return false;
            }

            if (isOwn || user!.HidesOwn)
            {
                _users[name] = new SharedUser(null, true);
            }
            else
            {
                _users.Remove(name);
            }
        }

        Changed(name);
        return true;
    }

    /// <summary>A line a user: its name, a mark (+ there, = there and hiding a node's own, - deleted), its rules.</summary>
    public void Save(RdbExtras extras)
    {
        StringBuilder text = new();
        lock (_users)
        {
            foreach ((string name, SharedUser user) in _users)
            {
                char mark = user.Rights is null ? '-' : user.HidesOwn ? '=' : '+';
                text.Append(name).Append(' ').Append(mark).Append(' ');
                text.Append(user.Rights is { } rights ? AclText.Rules(rights, table) : "").Append('\n');
            }
        }

        if (text.Length > 0)
        {
            extras.Add(Field, AclText.Bytes(text.ToString()));
        }
    }

    public void Restore(RdbExtras extras)
    {
        AclRules rules = new(table, newSeeAllChannels: false);
        HashSet<string> names;
        lock (_users)
        {
            names = [.. _users.Keys];
            _users.Clear();
            foreach (string line in AclText.Of(extras.Find(Field) ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                string[] parts = line.Split(' ', 3);
                _users[parts[0]] = new SharedUser(parts[1] == "-" ? null : rules.Parse(parts[2]), parts[1] != "+");
                names.Add(parts[0]);
            }
        }

        foreach (string name in names)
        {
            Changed(name);
        }
    }

    /// <param name="Rights">Null: deleted.</param>
    /// <param name="HidesOwn">Nodes may have a user of that name in their configuration.</param>
    private sealed record SharedUser(AclRights? Rights, bool HidesOwn);
}
