using System.Text;
using NUnit.Framework;
using Redis.Server.Keyspace;

namespace Redis.Server.Tests.Keyspace;

internal sealed class GeoHashTests
{
    // From the documentation of GEOADD, GEOHASH and GEODIST.
    private static readonly GeoPoint Palermo = new(13.361389, 38.115556);
    private static readonly GeoPoint Catania = new(15.087269, 37.502669);

    [Test]
    public void The_documented_examples()
    {
        GeoPoint palermo = GeoHash.PointOf(GeoHash.Encode(Palermo).FirstScore);
        GeoPoint catania = GeoHash.PointOf(GeoHash.Encode(Catania).FirstScore);
        Assert.Multiple(() =>
        {
            Assert.That(Text(palermo), Is.EqualTo("sqc8b49rny0"));
            Assert.That(Text(catania), Is.EqualTo("sqdtr74hyu0"));
            Assert.That(GeoShape.Distance(palermo, catania), Is.EqualTo(166274.1516).Within(0.0001));
            Assert.That(GeoHash.Encode(Palermo).FirstScore, Is.EqualTo(3479099956230698UL));
        });
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Every_point_of_a_shape_lies_in_one_of_its_cells(ushort x, ushort y, ushort size, ushort dx, ushort dy)
    {
        // Away from the date line and the poles, where Redis's own cells are not complete.
        GeoPoint centre = new((x / 65535.0 * 300) - 150, (y / 65535.0 * 120) - 60);
        GeoShape shape = GeoShape.Circle(centre, size * 10.0);
        double reach = size * 10.0 / 111_000;
        GeoPoint point = new(centre.Longitude + (((dx / 32768.0) - 1) * reach), centre.Latitude + (((dy / 32768.0) - 1) * reach));
        if (!point.IsValid || !shape.Contains(point, out _))
            return true;
        ulong score = GeoHash.Encode(point).FirstScore;
        foreach (GeoHash cell in shape.Cells())
        {
            if (!cell.IsNone && score >= cell.FirstScore && score < cell.EndScore)
                return true;
        }

        return false;
    }

    [FsCheck.NUnit.Property]
    public bool Moving_there_and_back_is_no_move(ulong bits, byte step, bool east, bool north)
    {
        int steps = 1 + (step % GeoHash.MaxStep);
        GeoHash cell = new(bits & (ulong.MaxValue >> (64 - (2 * steps))), steps);
        int x = east ? 1 : -1;
        int y = north ? 1 : 0;
        return cell.Move(x, y).Move(-x, -y) == cell;
    }

    private static string Text(GeoPoint point)
    {
        byte[] text = new byte[11];
        GeoHash.WriteText(point, text);
        return Encoding.ASCII.GetString(text);
    }
}
