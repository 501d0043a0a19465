using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Redis.Server.Tests.Oracle.Families;

/// <summary>Points, distances and searches, near each other and around the edges of the world.</summary>
internal static class GeoFamily
{
    private static readonly Gen<byte[][]> Point = Words.Often(
        (8, Near(13.361389, 38.115556)),
        (4, Gen.Choose(-180_000, 180_000).SelectMany(_ => Gen.Choose(-85_000, 85_000), (x, y) => Pair(x / 1000.0, y / 1000.0))),
        (2, Words.All(Words.OneOf("180", "-180", "179.9999", "-179.9999", "0"), Words.OneOf("85.05112878", "-85.05112878", "85", "-85", "0", "70", "-81"))),
        (1, Words.All(Words.Double, Words.Double)));

    private static readonly Gen<byte[][]> Member = Words.OneOf("p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "10", "");

    private static readonly Gen<byte[][]> Unit = Words.Often((12, Words.OneOf("m", "km", "ft", "mi", "KM")), (1, Words.OneOf("cm", "")));

    private static readonly Gen<byte[][]> Distance = Words.Often(
        (5, Words.Number(0, 300)), (3, Words.Number(0, 20_000)), (2, Words.OneOf("0", "0.5", "1e7", "200000", "15000.5")), (1, Words.Double));

    private static readonly Gen<byte[][]> Count = Words.All(
        Words.Text("COUNT"), Words.Often((8, Words.Number(1, 5)), (1, Words.Integer)), Words.Maybe(Words.Text("ANY")));

    private static readonly Gen<byte[][]> Extras = Words.Some(0, 2, Words.OneOf("WITHDIST", "WITHCOORD", "WITHHASH", "ASC", "DESC", "asc"));

    private static readonly Gen<byte[][]> Order = Words.Maybe(Words.OneOf("ASC", "DESC"));

    private static readonly Gen<byte[][]> From = Words.Often(
        (5, Words.All(Words.Text("FROMMEMBER"), Member)), (5, Words.All(Words.Text("FROMLONLAT"), Point)), (1, Words.Text("FROMMEMBER")));

    private static readonly Gen<byte[][]> By = Words.Often(
        (5, Words.All(Words.Text("BYRADIUS"), Distance, Unit)), (5, Words.All(Words.Text("BYBOX"), Distance, Distance, Unit)), (1, Words.Text("BYBOX")));

    private static readonly Gen<byte[][]> Store = Words.Maybe(Words.OneOf("STORE", "STOREDIST"), Words.Key);

    public static CommandFamily Instance { get; } = new("geo", Gen.Frequency(
        (6, Words.Command("GEOADD", Words.Key, Words.Some(0, 1, Words.OneOf("NX", "XX", "CH", "ch")), Words.Some(1, 6, Point, Member))),
        (6, Words.Command("GEOADD", Words.Key, Words.Some(1, 6, Near(13.361389, 38.115556), Member))),
        (1, Words.Command("GEOADD", Words.Key, Words.Some(0, 3, Words.OneOf("NX", "XX", "CH", "GT")), Words.Some(0, 2, Point, Member))),
        (3, Words.Command("GEODIST", Words.Key, Member, Member, Words.Maybe(Unit))),
        (2, Words.Command("GEOHASH", Words.Key, Words.Some(0, 3, Member))),
        (2, Words.Command("GEOPOS", Words.Key, Words.Some(0, 3, Member))),
        (6, Words.Command("GEOSEARCH", Words.Key, From, By, Words.Maybe(Count), Extras)),
        (3, Words.Command("GEOSEARCH", Words.Key, Words.Text("FROMLONLAT"), Near(13.361389, 38.115556), By, Words.Text("ASC"), Extras)),
        (3, Words.Command("GEOSEARCHSTORE", Words.Key, Words.Key, From, By, Words.Maybe(Count), Order, Words.Maybe(Words.OneOf("STOREDIST", "WITHDIST")))),
        (3, Words.Command("GEORADIUS", Words.Key, Point, Distance, Unit, Extras, Words.Maybe(Count), Store)),
        (2, Words.Command("GEORADIUS_RO", Words.Key, Point, Distance, Unit, Extras, Words.Maybe(Count), Store)),
        (3, Words.Command("GEORADIUSBYMEMBER", Words.Key, Member, Distance, Unit, Order, Words.Maybe(Count), Store)),
        (2, Words.Command("GEORADIUSBYMEMBER_RO", Words.Key, Member, Distance, Unit, Extras, Words.Maybe(Count))),
        (1, Words.Command("SET", Words.Key, Words.Value)),
        (1, Words.Command("DEL", Words.Key))),
        new Dictionary<string, ReplyRule>());

    private static Gen<byte[][]> Near(double longitude, double latitude) =>
        Gen.Choose(-3000, 3000).SelectMany(_ => Gen.Choose(-3000, 3000), (x, y) => Pair(longitude + (x / 1000.0), latitude + (y / 1000.0)));

    private static byte[][] Pair(double longitude, double latitude) => [Word(longitude), Word(latitude)];

    private static byte[] Word(double value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));
}
