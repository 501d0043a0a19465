using System.Diagnostics.CodeAnalysis;
using System.Text;
using Redis.Server.Commands;
using Redis.Server.Protocol;
using Redis.Server.Security;

namespace Redis.Server.Clients;

/// <summary>CLIENT KILL's conditions; a client must meet all of them.</summary>
internal sealed class ClientFilter
{
    private long? _id;
    private string? _address;
    private string? _localAddress;
    private string? _type;
    private string? _user;
    private bool _skipsMe = true;

    public static bool TryParse(CommandArgs args, UserDirectory users, RespWriter reply, [NotNullWhen(true)] out ClientFilter? filter)
    {
        filter = new ClientFilter();
        for (int i = 2; i < args.Count; i += 2)
        {
            if (i + 1 >= args.Count)
            {
                reply.Error(Errors.Syntax);
                return false;
            }

            string value = Encoding.Latin1.GetString(args[i + 1]);
            switch (Encoding.Latin1.GetString(args[i]).ToLowerInvariant())
            {
                case "id":
                    if (!Numbers.TryParseInteger(args[i + 1], out long id) || id <= 0)
                    {
                        reply.Error("ERR client-id should be greater than 0"u8);
                        return false;
                    }

                    filter._id = id;
                    break;
                case "addr":
                    filter._address = value;
                    break;
                case "laddr":
                    filter._localAddress = value;
                    break;
                case "user":
                    if (users.Find(args[i + 1]) is null)
                    {
                        reply.Error("ERR No such user '"u8, args[i + 1], "'"u8);
                        return false;
                    }

                    filter._user = value;
                    break;
                case "type":
                    filter._type = value.ToLowerInvariant();
                    if (filter._type is not ("normal" or "master" or "replica" or "slave" or "pubsub"))
                    {
                        reply.Error("ERR Unknown client type '"u8, args[i + 1], "'"u8);
                        return false;
                    }

                    break;
                case "skipme" when value.ToLowerInvariant() is "yes" or "no":
                    filter._skipsMe = value.Equals("yes", StringComparison.OrdinalIgnoreCase);
                    break;
                default:
                    reply.Error(Errors.Syntax);
                    return false;
            }
        }

        return true;
    }

    public bool Matches(ClientConnection client, ClientConnection caller) =>
        !(_skipsMe && client == caller)
        && (_id is null || client.Session.Id == _id)
        && (_address is null || client.Session.Address == _address)
        && (_localAddress is null || client.Session.LocalAddress == _localAddress)
        && (_user is null || client.Session.User.Name == _user)
        && (_type is null || client.IsOfType(_type));
}
