using Redis.Server.Keyspace;
using Redis.Server.Scripting.Lua;

namespace Redis.Server.Scripting.Libraries;

/// <summary>The functions of Lua 5.1's math library that are not Lua 5.4's; randomness is the entry's.</summary>
internal sealed class MathLibrary(Func<DeterministicRandom> entry)
{
    private readonly DeterministicRandom _own = new();
    private DeterministicRandom? _random;

    public IEnumerable<(string Name, LuaFunction Function)> Functions =>
        [("frexp", SplitExponent), ("tanh", HyperbolicTangent), ("random", Random), ("randomseed", Seed)];

    /// <summary>A script begins: it has no seed of its own.</summary>
    public void Begin() => _random = null;

    private static int HyperbolicTangent(LuaThread lua)
    {
        lua.Push(Math.Tanh(Arguments.Number(lua, 1, "tanh")));
        return 1;
    }

    private static int SplitExponent(LuaThread lua)
    {
        double value = Arguments.Number(lua, 1, "frexp");
        int exponent = value == 0 || !double.IsFinite(value) ? 0 : Math.ILogB(value) + 1;
        lua.Push(exponent == 0 ? value : Math.ScaleB(value, -exponent));
        lua.Push((double)exponent);
        return 2;
    }

    private int Seed(LuaThread lua)
    {
        _own.Seed(0, LuaNumbers.Truncate(lua.Number(1)));
        _random = _own;
        return 0;
    }

    /// <summary>math.random([m [, n]])</summary>
    private int Random(LuaThread lua)
    {
        double drawn = (_random ?? entry()).NextDouble();
        switch (lua.Top)
        {
            case 0:
                lua.Push(drawn);
                return 1;
            case 1:
                double to = Math.Floor(Arguments.Number(lua, 1, "random"));
                if (to < 1)
                    throw LuaErrorException.Argument(1, "random", "interval is empty");
                lua.Push(Math.Floor(drawn * to) + 1);
                return 1;
            case 2:
                double low = Math.Floor(Arguments.Number(lua, 1, "random")), high = Math.Floor(Arguments.Number(lua, 2, "random"));
                if (low > high)
                    throw LuaErrorException.Argument(2, "random", "interval is empty");
                lua.Push(Math.Floor(drawn * (high - low + 1)) + low);
                return 1;
            default:
                throw new LuaErrorException("wrong number of arguments");
        }
    }
}
