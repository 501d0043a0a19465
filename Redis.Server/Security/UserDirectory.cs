using Redis.Server.Commands;
using Redis.Server.Configuration;

namespace Redis.Server.Security;

/// <summary>
/// The users of this node. Without an aclfile they are the cluster's (<see cref="SharedUsers"/>, part of the replicated state),
/// and beneath them this node's own: the default user, and those of its configuration. With an aclfile all are the node's own.
/// Changed by the application and at start; read by any thread.
/// </summary>
internal sealed class UserDirectory
{
    public const string DefaultName = "default";

    /// <summary>What the default user may do unless something else was said.</summary>
    public static readonly IReadOnlyList<string> DefaultRules = ["on", "nopass", "~*", "&*", "+@all"];

    private readonly Lock _lock = new();
    private readonly SecuritySection _options;
    private readonly SortedDictionary<string, AclRights> _own = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AclUser> _users = new(StringComparer.Ordinal);

    public UserDirectory(CommandTable table, SecuritySection options)
    {
        Table = table;
        _options = options;
        Shared = new SharedUsers(table);
        AclRights rights = Rules.NewUser();
        _ = Rules.Apply(rights, DefaultRules, out rights);
        _own[DefaultName] = rights;
        Default = _users[DefaultName] = new AclUser(DefaultName, rights);
        Shared.Changed = Refresh;
    }

    /// <summary>All commands under their own names.</summary>
    public CommandTable Table { get; }

    /// <summary>The users that entries of the log have made.</summary>
    public SharedUsers Shared { get; }

    /// <summary>Who a connection is before it says so. Never deleted.</summary>
    public AclUser Default { get; }

    /// <summary>What ACL rules mean with the present acl-pubsub-default.</summary>
    public AclRules Rules => new(Table, _options.NewUsersSeeAllChannels);

    public bool NewUsersSeeAllChannels => _options.NewUsersSeeAllChannels;

    /// <summary>Whether users live in a file of this node's own and not in the log.</summary>
    public bool UsesFile => _options.AclFile.Length > 0;

    /// <summary>Whether whoever connects is let in as the default user.</summary>
    public bool LetsAnyoneIn => Default.Rights is { NeedsNoPassword: true, IsEnabled: true };

    /// <summary>A user was deleted: its connections must end.</summary>
    public event Action<AclUser>? Deleted;

    /// <summary>A user has other rights, the ones given were before.</summary>
    public event Action<AclUser, AclRights>? Changed;

    /// <summary>All users in the order of their names' bytes.</summary>
    public IReadOnlyList<AclUser> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _users.Values];
            }
        }
    }

    /// <summary>The node's own users, which its configuration file names.</summary>
    public IReadOnlyList<(string Name, AclRights Rights)> Own
    {
        get
        {
            lock (_lock)
            {
                return [.. _own.Select(pair => (pair.Key, pair.Value))];
            }
        }
    }

    public AclUser? Find(string name)
    {
        lock (_lock)
        {
            return _users.GetValueOrDefault(name);
        }
    }

    public AclUser? Find(ReadOnlySpan<byte> name) => Find(AclText.Of(name));

    /// <summary>A user of the node's own, also where the cluster's hides it.</summary>
    public AclRights? FindOwn(string name)
    {
        lock (_lock)
        {
            return _own.GetValueOrDefault(name);
        }
    }

    /// <summary>The user, if it exists, may come in and this is its password.</summary>
    public AclUser? Authenticate(ReadOnlySpan<byte> name, ReadOnlySpan<byte> password) =>
        Find(name) is { Rights: { IsEnabled: true } rights } user && (rights.NeedsNoPassword || AclPassword.Matches(rights, password)) ? user : null;

    /// <summary>Gives one of the node's own users these rights; makes it if need be.</summary>
    public void SetOwn(string name, AclRights rights)
    {
        lock (_lock)
        {
            _own[name] = rights;
        }

        Refresh(name);
    }

    /// <summary>Deletes one of the node's own users.</summary>
    public bool DeleteOwn(string name)
    {
        bool existed;
        lock (_lock)
        {
            existed = name != DefaultName && _own.Remove(name);
        }

        Refresh(name);
        return existed;
    }

    /// <summary>ACL LOAD: these are the node's own users now. All connections of others than the default user end, as in Redis 7.0.</summary>
    public void ReplaceOwn(IReadOnlyDictionary<string, AclRights> users)
    {
        string[] before;
        lock (_lock)
        {
            before = [.. _own.Keys.Where(name => name != DefaultName)];
            foreach (string name in before)
            {
                _own.Remove(name);
            }
        }

        foreach (string name in before)
        {
            Refresh(name);
        }

        foreach ((string name, AclRights rights) in users)
        {
            SetOwn(name, rights);
        }
    }

    /// <summary>requirepass: the default user's only password; empty: it needs none.</summary>
    public void SetDefaultPassword(string password)
    {
        string[] rules = password.Length > 0 ? ["resetpass", ">" + AclText.Of(System.Text.Encoding.UTF8.GetBytes(password))] : ["nopass"];
        AclRights before;
        lock (_lock)
        {
            before = _own[DefaultName];
        }

        _ = Rules.Apply(before, rules, out AclRights rights);
        SetOwn(DefaultName, rights);
    }

    /// <summary>Brings a user to what the cluster or else the node itself says of it.</summary>
    private void Refresh(string name)
    {
        AclUser? deleted = null;
        AclUser? changed = null;
        AclRights? before = null;
        lock (_lock)
        {
            AclRights? rights = !UsesFile && Shared.TryFind(name, out AclRights? shared) ? shared : _own.GetValueOrDefault(name);
            AclUser? user = _users.GetValueOrDefault(name);
            if (rights is null)
            {
                deleted = user;
                _users.Remove(name);
            }
            else if (user is null)
            {
                _users.Add(name, new AclUser(name, rights));
            }
            else if (user.Rights != rights)
            {
                (changed, before) = (user, user.Rights);
                user.Rights = rights;
            }
        }

        if (deleted is not null)
        {
            Deleted?.Invoke(deleted);
        }

        if (changed is not null)
        {
            Changed?.Invoke(changed, before!);
        }
    }
}
