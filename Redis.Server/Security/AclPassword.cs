using System.Buffers;
using System.Security.Cryptography;

namespace Redis.Server.Security;

/// <summary>Passwords are kept as SHA-256 in hexadecimal digits, as Redis keeps them.</summary>
internal static class AclPassword
{
    public const int HashLength = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static string Hash(ReadOnlySpan<byte> password) => Convert.ToHexStringLower(SHA256.HashData(password));

    public static bool IsHash(ReadOnlySpan<char> text) =>
        text.Length == HashLength && !text.ContainsAnyExcept(Digits);

    /// <summary>Takes the same time however much of the password is right.</summary>
    public static bool Matches(AclRights rights, ReadOnlySpan<byte> password)
    {
        byte[] given = AclText.Bytes(Hash(password));
        bool matches = false;
        foreach (string hash in rights.Passwords)
        {
            matches |= CryptographicOperations.FixedTimeEquals(given, AclText.Bytes(hash));
        }

        return matches;
    }
}
