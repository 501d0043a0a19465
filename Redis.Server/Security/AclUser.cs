namespace Redis.Server.Security;

/// <summary>A user that connections belong to. Its rights may change under them: they count from the next command on.</summary>
internal sealed class AclUser(string name, AclRights rights)
{
    private volatile AclRights _rights = rights;

    public string Name { get; } = name;

    public AclRights Rights
    {
        get => _rights;
        set => _rights = value;
    }

    public override string ToString() => Name;
}
