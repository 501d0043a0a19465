namespace Redis.Server.Security;

/// <summary>Notes what was refused while a client's script ran.</summary>
internal interface IDenialWitness
{
    /// <param name="reason">Why.</param>
    /// <param name="what">The command, key or channel.</param>
    void Denied(AclReason reason, string what);
}
