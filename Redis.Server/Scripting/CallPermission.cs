using Redis.Server.Commands;
using Redis.Server.Protocol;

namespace Redis.Server.Scripting;

/// <summary>Whether the user for whom a script runs may call this: null, or why not, as an error without its code.</summary>
internal delegate string? CallPermission(Command command, CommandArgs args);
