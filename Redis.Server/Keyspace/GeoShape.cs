using System.Runtime.CompilerServices;

namespace Redis.Server.Keyspace;

/// <summary>A circle or a rectangle around a point, in metres, that GEOSEARCH looks for members in.</summary>
internal readonly record struct GeoShape
{
    private const double EarthRadius = 6372797.560856;

    // Half of the world's circumference in the Mercator projection.
    private const double MercatorMax = 20037726.37;

    private readonly bool _isCircle;
    private readonly double _width;
    private readonly double _height;

    private GeoShape(GeoPoint centre, bool isCircle, double width, double height)
    {
        Centre = centre;
        _isCircle = isCircle;
        _width = width;
        _height = height;
    }

    public GeoPoint Centre { get; }

    /// <summary>How far the shape reaches from its centre.</summary>
    private double Reach => _isCircle ? _width : Math.Sqrt((_width / 2 * (_width / 2)) + (_height / 2 * (_height / 2)));

    public static GeoShape Circle(GeoPoint centre, double radius) => new(centre, isCircle: true, radius, radius);

    public static GeoShape Rectangle(GeoPoint centre, double width, double height) => new(centre, isCircle: false, width, height);

    /// <summary>Metres between two points along the great circle (haversine).</summary>
    public static double Distance(GeoPoint a, GeoPoint b)
    {
        double u = Math.Sin((Radians(b.Latitude) - Radians(a.Latitude)) / 2);
        double v = Math.Sin((Radians(b.Longitude) - Radians(a.Longitude)) / 2);
        return 2.0 * EarthRadius * Math.Asin(Math.Sqrt((u * u) + (Math.Cos(Radians(a.Latitude)) * Math.Cos(Radians(b.Latitude)) * v * v)));
    }

    /// <summary>Whether a point lies in the shape, and if so its distance from the centre.</summary>
    public bool Contains(GeoPoint point, out double distance)
    {
        distance = 0;
        if (!_isCircle)
        {
            double northward = EarthRadius * Math.Abs(Radians(Centre.Latitude) - Radians(point.Latitude));
            if (northward > _height / 2 || Distance(point, new GeoPoint(Centre.Longitude, point.Latitude)) > _width / 2)
            {
                return false;
            }
        }

        distance = Distance(Centre, point);
        return !_isCircle || distance <= _width;
    }

    /// <summary>
    /// The cells whose members may lie in the shape: the centre's and its eight neighbours, those that cannot matter left out, in the order
    /// in which Redis searches them (which shows in unsorted replies).
    /// </summary>
    public CellList Cells()
    {
        GeoBox bounds = Bounds();
        int step = EstimateStep(Reach, Centre.Latitude);
        GeoHash cell = GeoHash.Encode(Centre, step);
        if (step > 1 && !Covers(cell, bounds))
        {
            step--;
            cell = GeoHash.Encode(Centre, step);
        }

        CellList cells = default;
        GeoBox box = cell.Box();
        bool north = step < 2 || box.North <= bounds.North;
        bool south = step < 2 || box.South >= bounds.South;
        bool east = step < 2 || box.East <= bounds.East;
        bool west = step < 2 || box.West >= bounds.West;
        cells[0] = cell;
        cells[1] = Neighbour(cell, 0, 1, north);
        cells[2] = Neighbour(cell, 0, -1, south);
        cells[3] = Neighbour(cell, 1, 0, east);
        cells[4] = Neighbour(cell, -1, 0, west);
        cells[5] = Neighbour(cell, 1, 1, north && east);
        cells[6] = Neighbour(cell, -1, 1, north && west);
        cells[7] = Neighbour(cell, 1, -1, south && east);
        cells[8] = Neighbour(cell, -1, -1, south && west);
        return cells;
    }

    private static GeoHash Neighbour(GeoHash cell, int east, int north, bool isWanted) => isWanted ? cell.Move(east, north) : default;

    /// <summary>Whether the neighbours of the cell reach as far as the bounds.</summary>
    private static bool Covers(GeoHash cell, GeoBox bounds)
        => cell.Move(0, 1).Box().North >= bounds.North
            && cell.Move(0, -1).Box().South <= bounds.South
            && cell.Move(1, 0).Box().East >= bounds.East
            && cell.Move(-1, 0).Box().West <= bounds.West;

    /// <summary>How small cells may be so that nine of them cover a circle; wider ones are needed near the poles.</summary>
    private static int EstimateStep(double radius, double latitude)
    {
        if (radius == 0)
        {
            return GeoHash.MaxStep;
        }

        int step = 1;
        for (; radius < MercatorMax; radius *= 2)
        {
            step++;
        }

        step -= 2;
        if (latitude is > 66 or < -66)
        {
            step -= latitude is > 80 or < -80 ? 2 : 1;
        }

        return Math.Clamp(step, 1, GeoHash.MaxStep);
    }

    private GeoBox Bounds()
    {
        double height = _isCircle ? _height : _height / 2;
        double width = _isCircle ? _width : _width / 2;
        double north = Degrees(height / EarthRadius);
        double nearerPole = Centre.Latitude < 0 ? Centre.Latitude - north : Centre.Latitude + north;
        double east = Degrees(width / EarthRadius / Math.Cos(Radians(nearerPole)));
        return new GeoBox(Centre.Longitude - east, Centre.Latitude - north, Centre.Longitude + east, Centre.Latitude + north);
    }

    private static double Radians(double degrees) => degrees * (Math.PI / 180);

    private static double Degrees(double radians) => radians / (Math.PI / 180);

    /// <summary>Nine cells; those not wanted are none.</summary>
    [InlineArray(9)]
    internal struct CellList
    {
        private GeoHash _first;
    }
}
