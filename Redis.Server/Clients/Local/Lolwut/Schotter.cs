namespace Redis.Server.Clients.Local.Lolwut;

/// <summary>Georg Nees's picture of 1968: squares in rows, the more out of order the lower they are.</summary>
internal static class Schotter
{
    public static BrailleCanvas Draw(int columns, int squaresARow, int rows)
    {
        int width = columns * 2;
        int padding = width > 4 ? 2 : 0;
        float side = (float)(width - (padding * 2)) / squaresARow;
        BrailleCanvas canvas = new(width, (int)(side * rows) + (padding * 2));
        for (int y = 0; y < rows; y++)
        {
            for (int x = 0; x < squaresARow; x++)
            {
                float centreX = (x * side) + (side / 2) + padding;
                float centreY = (y * side) + (side / 2) + padding;
                float disorder = y > 1 ? (float)y / rows : 0;
                DrawSquare(
                    canvas, (int)(centreX + (Deviation(disorder) * side / 3)), (int)(centreY + (Deviation(disorder) * side / 3)), side, Deviation(disorder));
            }
        }

        return canvas;
    }

    private static float Deviation(float most) => (Random.Shared.NextSingle() - 0.5f) * 2 * most;

    private static void DrawSquare(BrailleCanvas canvas, int x, int y, float side, float angle)
    {
        double radius = Math.Round(side / Math.Sqrt(2));
        (int X, int Y)[] corners = new (int, int)[4];
        for (int i = 0; i < 4; i++)
        {
            double direction = (Math.PI / 4) + angle + (i * Math.PI / 2);
            corners[i] = ((int)Math.Round((Math.Sin(direction) * radius) + x), (int)Math.Round((Math.Cos(direction) * radius) + y));
        }

        for (int i = 0; i < 4; i++)
        {
            canvas.DrawLine(corners[i].X, corners[i].Y, corners[(i + 1) % 4].X, corners[(i + 1) % 4].Y);
        }
    }
}
