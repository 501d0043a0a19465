using Microsoft.Extensions.Logging;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Security;

namespace Redis.Server.Clients.Local;

/// <summary>ACL LOAD and ACL SAVE.</summary>
internal static class AclFileCommands
{
    private const string NoFile =
        "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then " +
        "issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.";

    public static void Load(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        UserDirectory users = client.Services.Users;
        if (!users.UsesFile)
        {
            reply.Error(NoFile);
        }
        else if (AclFile.Load(PathOf(client), users.Rules, out Dictionary<string, AclRights> loaded) is { } errors)
        {
            reply.Error($"ERR {errors}");
        }
        else
        {
            users.ReplaceOwn(loaded);
            reply.Ok();
        }
    }

    public static void Save(ClientConnection client, CommandArgs args, RespWriter reply)
    {
        UserDirectory users = client.Services.Users;
        if (!users.UsesFile)
        {
            reply.Error(NoFile);
            return;
        }

        try
        {
            AclFile.Save(PathOf(client), users);
            reply.Ok();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            client.Services.Logger.LogWarning("ACL SAVE: {Reason}", exception.Message);
            reply.Error("ERR There was an error trying to save the ACLs. Please check the server logs for more information"u8);
        }
    }

    private static string PathOf(ClientConnection client) => client.Services.Options.PathOf(client.Services.Options.Security.AclFile);
}
