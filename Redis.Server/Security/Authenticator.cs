using System.Security.Cryptography;
using System.Text;
using Redis.Server.Configuration;

namespace Redis.Server.Security;

/// <summary>Tells whether a user and password are right. Comparison takes the same time however much of it is right.</summary>
internal sealed class Authenticator(ServerOptions options)
{
    public bool IsPasswordSet => options.Security.RequirePass.Length > 0;

    public bool Accepts(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password)
    {
        bool isDefault = user.SequenceEqual("default"u8);
        byte[] expected = SHA256.HashData(Encoding.UTF8.GetBytes(options.Security.RequirePass));
        bool matches = CryptographicOperations.FixedTimeEquals(SHA256.HashData(password), expected);
        return isDefault && (matches || !IsPasswordSet);
    }
}
