using System.Text;

namespace Redis.Server.Clients.Local.Lolwut;

/// <summary>A picture of dots, eight to a character.</summary>
internal sealed class BrailleCanvas(int width, int height)
{
    private const char Blank = '\u2800';

    // The bits of Unicode's Braille patterns, by row and column of the dot.
    private static readonly int[,] Dots = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly bool[] _pixels = new bool[width * height];

    /// <summary>What lies outside is left out.</summary>
    public void Draw(int x, int y)
    {
        if (x >= 0 && x < width && y >= 0 && y < height)
        {
            _pixels[x + (y * width)] = true;
        }
    }

    /// <summary>A line by Bresenham's algorithm.</summary>
    public void DrawLine(int x1, int y1, int x2, int y2)
    {
        int dx = Math.Abs(x2 - x1), dy = Math.Abs(y2 - y1);
        int stepX = x1 < x2 ? 1 : -1, stepY = y1 < y2 ? 1 : -1;
        int error = dx - dy;
        while (true)
        {
            Draw(x1, y1);
            if (x1 == x2 && y1 == y2)
            {
                return;
            }

            int twice = error * 2;
            if (twice > -dy)
            {
                error -= dy;
                x1 += stepX;
            }

            if (twice < dx)
            {
                error += dx;
                y1 += stepY;
            }
        }
    }

    /// <summary>Lines of characters, two dots wide and four high.</summary>
    public string Render()
    {
        StringBuilder text = new();
        for (int y = 0; y < height; y += 4)
        {
            for (int x = 0; x < width; x += 2)
            {
                text.Append((char)(Blank + Pattern(x, y)));
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private int Pattern(int x, int y)
    {
        int bits = 0;
        for (int row = 0; row < 4 && y + row < height; row++)
        {
            for (int column = 0; column < 2 && x + column < width; column++)
            {
                bits |= _pixels[x + column + ((y + row) * width)] ? Dots[row, column] : 0;
            }
        }

        return bits;
    }
}
