namespace Redis.Server.Security;

/// <summary>What a key pattern lets its user do with the keys that match.</summary>
[Flags]
internal enum KeyPermissions
{
    None = 0,
    Read = 1 << 0,
    Write = 1 << 1,
    All = Read | Write,
}

/// <summary>~pattern, %R~pattern, %W~pattern.</summary>
/// <param name="Glob">The pattern's bytes.</param>
/// <param name="Permissions">What it allows.</param>
internal sealed record KeyPattern(byte[] Glob, KeyPermissions Permissions)
{
    /// <summary>As a rule, without the space behind it.</summary>
    public string Rule => Permissions switch
    {
        KeyPermissions.Read => "%R~",
        KeyPermissions.Write => "%W~",
        _ => "~",
    } + AclText.Of(Glob);
}
