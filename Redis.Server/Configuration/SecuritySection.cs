namespace Redis.Server.Configuration;

/// <summary>Passwords, users, and who may use dangerous commands.</summary>
internal sealed class SecuritySection
{
    private readonly TextOption _requirePass;
    private readonly TextOption _aclFile;
    private readonly IntegerOption _aclLogMaxLength;
    private readonly ChoiceOption _aclPubSubDefault;
    private readonly EnumOption<CommandAccess> _debugCommand;
    private readonly EnumOption<CommandAccess> _protectedConfigs;

    public SecuritySection(OptionTable table)
    {
        table.Begin(OptionSection.Security);
        _requirePass = table.Add(new TextOption("requirepass", "", OptionFlags.Sensitive, "Password of the default user; empty: none is needed."));
        _aclFile = table.Add(new TextOption("aclfile", "", OptionFlags.Immutable, "File with the users of ACL LOAD and ACL SAVE.", accepts: "path"));
        _aclLogMaxLength = table.Add(new IntegerOption("acllog-max-len", 128, 0, long.MaxValue, "entries", OptionFlags.None, "Entries that ACL LOG keeps."));
        _aclPubSubDefault = table.Add(new ChoiceOption("acl-pubsub-default", "resetchannels", ["allchannels", "resetchannels"], OptionFlags.None, "Channels a new user may use."));
        _debugCommand = table.Add(new EnumOption<CommandAccess>("enable-debug-command", CommandAccess.No, GeneralNames.CommandAccesses, OptionFlags.Immutable, "Who may use DEBUG."));
        _protectedConfigs = table.Add(new EnumOption<CommandAccess>("enable-protected-configs", CommandAccess.No, GeneralNames.CommandAccesses, OptionFlags.Immutable, "Who may CONFIG SET protected options (dir, dbfilename)."));
    }

    public string RequirePass => _requirePass.Value;

    /// <summary>The aclfile directive, relative to the data directory, or empty.</summary>
    public string AclFile => _aclFile.Value;

    public long AclLogMaxLength => _aclLogMaxLength.Value;

    public bool NewUsersSeeAllChannels => _aclPubSubDefault.Value == "allchannels";

    public CommandAccess DebugCommand => _debugCommand.Value;

    public CommandAccess ProtectedConfigs => _protectedConfigs.Value;

    /// <summary>The user directives, each as its words without "user": a name and ACL rules.</summary>
    public List<IReadOnlyList<string>> Users { get; } = [];

    /// <summary>The rename-command directives: a command and its new name, empty to take it away.</summary>
    public List<(string Command, string NewName)> RenamedCommands { get; } = [];
}
