-- What Redis's scripts find: Lua 5.1's libraries on top of Lua 5.4's, and Redis's own, in tables that cannot be changed.
-- Functions of "raw" are the server's. They never raise an error: they answer FAIL and what to raise.
local raw, FAIL, VERSION, VERSION_NUM = ...

local type, error, next, select, rawget, rawset, rawequal = type, error, next, select, rawget, rawset, rawequal
local native_setmetatable, native_getmetatable, native_tonumber = setmetatable, getmetatable, tonumber
local native_pcall, native_xpcall, native_ipairs = pcall, xpcall, ipairs
local native = { string = string, table = table, math = math, coroutine = coroutine }
local native_format, native_find, native_sub, native_byte = string.format, string.find, string.sub, string.byte
local unpack, floor, tointeger, math_type = table.unpack, math.floor, math.tointeger, math.type
local running = coroutine.running

local READONLY = "Attempt to modify a readonly table"

-- An error with the place in the script before it.
local function fail(message)
  local place, is_method, name = raw.where()
  local argument, rest = native.string.match(message, "^(bad argument #%d+ to )'[%w_]+'(.*)$")
  if argument and name ~= "" then message = argument .. "'" .. name .. "'" .. rest end
  if is_method then
    -- As Lua 5.1 counts: the object before the colon is no argument.
    local index, rest = native.string.match(message, "^bad argument #(%d+)(.*)$")
    if index == "1" then
      message = "calling " .. native.string.match(rest, "'.-'") .. " on bad self" .. native.string.match(rest, "^ to '.-'(.*)$")
    elseif index then
      message = native_format("bad argument #%d%s", index - 1, rest)
    end
  end
  error(place .. message, 0)
end

local function check(...)
  local first, problem = ...
  if rawequal(first, FAIL) then
    if type(problem) == "string" then fail(problem) end
    error(problem, 0)
  end
  return ...
end

-- A function of ours as scripts see it.
local function checked(f)
  return function(...) return check(f(...)) end
end

-- Readonly tables: scripts get an empty one that shows the real one.
local real = {}
local function refuse() fail(READONLY) end
local function readonly(t)
  local proxy = native_setmetatable({}, { __index = t, __newindex = refuse })
  real[proxy] = t
  return proxy
end

local function bad_argument(index, name, expected, ...)
  local got = select("#", ...) == 0 and "no value" or type((...))
  fail(native_format("bad argument #%d to '%s' (%s expected, got %s)", index, name, expected, got))
end

-- Numbers and texts

local ids, next_id -- no addresses: they are not the same on every system

local function number_text(n)
  if n ~= n then return "-nan" end
  return native_format("%.14g", n)
end

local function identity(v, kind)
  -- Made when it is needed: what a script makes must not depend on the script before it.
  ids = ids or {}
  local id = ids[v]
  if not id then
    next_id = next_id + 1
    id = native_format("%s: 0x%012x", kind, 0x7f0000000000 + next_id * 32)
    ids[v] = id
  end
  return id
end

local function tostring(...)
  local v = ...
  local kind = type(v)
  if kind == "string" then return v end
  if kind == "number" then return number_text(v) end
  if kind == "nil" then
    if select("#", ...) == 0 then fail("bad argument #1 to 'tostring' (value expected)") end
    return "nil"
  end
  if kind == "boolean" then return v and "true" or "false" end
  local meta = native_getmetatable(v)
  local convert = meta and rawget(meta, "__tostring")
  if convert then return convert(v) end
  if kind == "userdata" then return "userdata: (nil)" end
  return identity(v, kind)
end

-- Operands of '..' that are no text: what becomes of them is decided when all operands have been evaluated, as in Lua 5.1.
local pending = {}

local function concat_operand(v, name)
  local kind = type(v)
  if kind == "string" then return v end
  if kind == "number" then return number_text(v) end
  return native_setmetatable({ value = v, name = name }, pending)
end

local function operand_of(v)
  if native_getmetatable(v) == pending then return v.value, v.name end
  return v
end

function pending.__concat(left, right)
  local a, a_name = operand_of(left)
  local b, b_name = operand_of(right)
  local meta = native_getmetatable(a)
  local concat = type(a) ~= "string" and meta and rawget(meta, "__concat")
  if not concat then
    meta = native_getmetatable(b)
    concat = type(b) ~= "string" and meta and rawget(meta, "__concat")
  end
  if concat then return concat(a, b) end
  if type(a) == "string" then a, a_name = b, b_name end
  if a_name then fail("attempt to concatenate " .. a_name .. " (a " .. type(a) .. " value)") end
  fail("attempt to concatenate a " .. type(a) .. " value")
end

-- A text that is a number, as C's strtod takes it. Lua 5.4 would read hexadecimal numbers as integers of 64 bits.
local function to_number(v)
  if type(v) == "number" then return v + 0.0 end
  if type(v) ~= "string" then return nil end
  local n = not native_find(v, "[xXnN\0]") and native_tonumber(v)
  return n and n + 0.0 or raw.number(v)
end

-- Of count arguments, or as many as there have to be.
local function number_argument(index, name, v, count)
  if type(v) == "number" then return v end
  local n = to_number(v)
  if n then return n end
  local got = v == nil and index > (count or 0) and "no value" or type(v)
  fail(native_format("bad argument #%d to '%s' (number expected, got %s)", index, name, got))
end

-- Towards zero, as C casts.
local function truncate(n)
  if n ~= n or n >= 0x1p63 or n < -0x1p63 then return math.mininteger end
  return tointeger(n >= 0 and floor(n) or -floor(-n))
end

local function tonumber(...)
  local v, base = ...
  base = base == nil and 10 or truncate(number_argument(2, "tonumber", base))
  if base == 10 then
    if select("#", ...) == 0 then fail("bad argument #1 to 'tonumber' (value expected)") end
    return to_number(v)
  end
  if type(v) == "number" then v = number_text(v) end
  if type(v) ~= "string" then bad_argument(1, "tonumber", "string", ...) end
  if base < 2 or base > 36 then fail("bad argument #2 to 'tonumber' (base out of range)") end
  return raw.number(v, base)
end

-- A step of 0 goes on forever, or not at all, as a negative one does that is too small to change anything.
local function bound(v, is_step)
  if is_step then
    v = to_number(v) or v
    return v == 0 and -5e-324 or v
  end
  if type(v) == "string" then return to_number(v) or v end
  if math_type(v) == "integer" then return v + 0.0 end
  return v
end

local function modulo_of(v)
  local meta = type(v) == "table" and native_getmetatable(v)
  return meta and rawget(meta, "__mod")
end

-- '%' as Lua 5.1 computes it, rounding as it goes; the names are those of the operands, or empty.
local function modulo(a, b, left, right)
  if math_type(a) == "float" and math_type(b) == "float" then return a - a // b * b end
  local x, y = to_number(a), to_number(b)
  if x and y then return x - x // y * y end
  local operate = modulo_of(a) or modulo_of(b)
  if operate then return (operate(a, b)) end
  local culprit, name = a, left
  if x then culprit, name = b, right end
  local kind = type(culprit)
  fail("attempt to perform arithmetic on " .. (name == "" and "a " .. kind .. " value" or name .. " (a " .. kind .. " value)"))
end

local function text_argument(index, name, v, count)
  if type(v) == "string" then return v end
  if type(v) == "number" then return number_text(v) end
  local got = v == nil and index > (count or 0) and "no value" or type(v)
  fail(native_format("bad argument #%d to '%s' (string expected, got %s)", index, name, got))
end

-- Errors in the words of Lua 5.1

local function fix(message)
  if type(message) ~= "string" then return message end
  return raw.fix(message)
end

local function after_pcall(ok, e, ...)
  if ok then return ok, e, ... end
  if type(e) == "table" then
    local text = e.err
    if type(text) == "string" then return false, text end
    return false, e
  end
  return false, fix(e)
end

local function after_resume(ok, e, ...)
  if ok then return ok, e, ... end
  return false, fix(e)
end

-- Functions of string operands in arithmetic: no integers.
local function arithmetic(operate)
  return function(a, b)
    local x, y = to_number(a), to_number(b)
    if x == nil or y == nil then
      local culprit = a
      if x ~= nil then culprit = b end
      fail("attempt to perform arithmetic on a " .. type(culprit) .. " value")
    end
    return operate(x, y)
  end
end

-- ipairs of a table with a metatable: Lua 5.1 does not ask it.
local function next_raw(t, i)
  i = i + 1
  local v = rawget(t, i)
  if v ~= nil then return i, v end
end

local next_item, next_pair = raw.box((native_ipairs({}))), raw.box(next)

local script_thread -- the coroutine in which the script runs, which the script takes for none

local MAX_STACK <const> = 8000 -- LUAI_MAXCSTACK of Lua 5.1
local collector_answers = { collect = 0.0, stop = 0.0, restart = 0.0, count = 64.0, step = false, setpause = 200.0, setstepmul = 200.0 }

local function need(count, index, name, ...)
  if select("#", ...) < count then fail(native_format("bad argument #%d to '%s' (value expected)", index, name)) end
end

local function select_from(n, _, ...) return select(n, ...) end

local base = {
  _VERSION = "Lua 5.1",
  assert = function(...)
    local v, message = ...
    if v then return ... end
    if select("#", ...) == 0 then fail("bad argument #1 to 'assert' (value expected)") end
    if message == nil then message = "assertion failed!" end
    if type(message) == "number" then message = number_text(message) end
    if type(message) ~= "string" then bad_argument(2, "assert", "string", message) end
    fail(message)
  end,
  collectgarbage = function(what)
    -- The collector's state is each node's own: scripts see none of it.
    what = what == nil and "collect" or text_argument(1, "collectgarbage", what)
    local answer = collector_answers[what]
    if answer == nil then fail("bad argument #1 to 'collectgarbage' (invalid option '" .. what .. "')") end
    return answer
  end,
  error = function(message, level)
    level = level == nil and 1 or floor(level)
    if level <= 0 then error(message, 0) end
    if type(message) == "number" then message = number_text(message) end
    error(message, level + 1)
  end,
  gcinfo = function() return 64, 0 end,
  getmetatable = function(v)
    local hidden = real[v]
    if hidden then
      local meta = native_getmetatable(hidden)
      return meta and readonly(meta) or nil
    end
    return native_getmetatable(v)
  end,
  ipairs = function(...)
    local t = ...
    if type(t) ~= "table" then bad_argument(1, "ipairs", "table", ...) end
    if native_getmetatable(t) then return next_raw, real[t] or t, 0.0 end
    return next_item, t, 0
  end,
  next = function(...)
    local t, k = ...
    if type(t) ~= "table" then bad_argument(1, "next", "table", ...) end
    return next(real[t] or t, math_type(k) == "float" and tointeger(k) or k)
  end,
  pairs = function(...)
    local t = ...
    if type(t) ~= "table" then bad_argument(1, "pairs", "table", ...) end
    return next_pair, real[t] or t, nil
  end,
  pcall = function(...)
    if select("#", ...) == 0 then return false, "attempt to call a boolean value" end -- Redis's own pcall
    return after_pcall(native_pcall(...))
  end,
  xpcall = function(...)
    need(2, 2, "xpcall", ...)
    local f, handler = ...
    return native_xpcall(f, function(e) return handler(fix(e)) end)
  end,
  rawequal = raw.box(rawequal),
  rawget = function(...)
    local t, k = ...
    if type(t) ~= "table" then bad_argument(1, "rawget", "table", ...) end
    need(2, 2, "rawget", ...)
    return rawget(real[t] or t, k)
  end,
  rawset = function(...)
    local t, k, v = ...
    if type(t) ~= "table" then bad_argument(1, "rawset", "table", ...) end
    need(2, 2, "rawset", ...)
    need(3, 3, "rawset", ...)
    if real[t] then error(READONLY, 0) end
    return rawset(t, k, v)
  end,
  select = function(...)
    local n = ...
    if type(n) == "string" and native_sub(n, 1, 1) == "#" then return select("#", ...) - 1.0 end
    return select_from(truncate(number_argument(1, "select", n, select("#", ...))), ...)
  end,
  setmetatable = function(...)
    local t, meta = ...
    if type(t) ~= "table" then bad_argument(1, "setmetatable", "table", ...) end
    if real[t] then error(READONLY, 0) end
    if meta ~= nil and type(meta) ~= "table" or select("#", ...) == 1 then fail("bad argument #2 to 'setmetatable' (nil or table expected)") end
    if meta == nil then return native_setmetatable(t, nil) end
    -- Finalizers and weak tables would show when a node collects garbage.
    local gc, mode = rawget(meta, "__gc"), rawget(meta, "__mode")
    if gc ~= nil or mode ~= nil then
      rawset(meta, "__gc", nil)
      rawset(meta, "__mode", nil)
    end
    native_setmetatable(t, meta)
    if gc ~= nil then rawset(meta, "__gc", gc) end
    return t
  end,
  tonumber = tonumber,
  tostring = tostring,
  type = raw.box(type),
  unpack = function(...)
    local t, i, j = ...
    if type(t) ~= "table" then bad_argument(1, "unpack", "table", ...) end
    i = i == nil and 1 or truncate(number_argument(2, "unpack", i))
    j = j == nil and #t or truncate(number_argument(3, "unpack", j))
    if j - i >= MAX_STACK - select("#", ...) then fail("too many results to unpack") end
    if j - i > 100 then raw.spend(j - i) end
    return unpack(t, i, j)
  end,
}

-- Turns the text of a translated script into its function.
local function make(chunk)
  local function arg_table(...) return { n = select("#", ...) + 0.0, ... } end
  local function pass(...) return ... end
  return chunk(concat_operand, bound, arg_table, pass, modulo)
end

local function load_chunk(text, name)
  local chunk, message = raw.load(text, name)
  if not chunk then return nil, fix(message) end
  return make(chunk)
end

base.loadstring = function(...)
  local text, name = ...
  text = text_argument(1, "loadstring", text, select("#", ...))
  return load_chunk(text, name == nil and text or text_argument(2, "loadstring", name))
end

base.load = function(reader, name)
  if type(reader) ~= "function" then bad_argument(1, "load", "function", reader) end
  name = name == nil and "=(load)" or text_argument(2, "load", name)
  local parts = {}
  while true do
    local part = reader()
    if part == nil or part == "" then break end
    if type(part) ~= "string" then fail("reader function must return a string") end
    parts[#parts + 1] = part
  end
  return load_chunk(native.table.concat(parts), name)
end

-- string

local function quote(text)
  local quoted = native.string.gsub(text, '[%c"\\]', function(c)
    if c == "\n" then return "\\\n" end
    if c == "\r" then return "\\r" end
    if c == "\0" then return "\\000" end
    if c == '"' or c == "\\" then return "\\" .. c end
    return c
  end)
  return '"' .. quoted .. '"'
end

-- What C's sprintf leaves of a text.
local function before_zero(text)
  local zero = native_find(text, "\0", 1, true)
  return zero and native_sub(text, 1, zero - 1) or text
end

-- Flags that C ignores and Lua 5.4 refuses.
local ignored_flags = { d = "#", i = "#", c = "[+ #0.]", s = "[+ #0]", x = "[+ ]", X = "[+ ]", o = "[+ ]" }

local function format_one(spec, kind, index, v)
  local ignored = ignored_flags[kind]
  if ignored then
    local flags, rest = native.string.match(spec, "^%%([-+ #0]*)(.*)$")
    spec = "%" .. native.string.gsub(flags, ignored, "") .. rest
  end
  if kind == "s" then
    v = text_argument(index, "format", v, index)
    if #v >= 100 and not native_find(spec, ".", 1, true) then return v end
    v = before_zero(v)
    return spec == "%s" and v or native_format(spec, v)
  end
  if kind == "q" then return quote(text_argument(index, "format", v, index)) end
  local n = number_argument(index, "format", v, index)
  if kind == "d" or kind == "i" then return native_format(native_sub(spec, 1, -2) .. "d", truncate(n)) end
  if kind == "c" then return before_zero(native_format(spec, n >= -0x1p31 and n < 0x1p31 and truncate(n) & 255 or 0)) end -- as C makes an int
  if kind == "u" or kind == "o" or kind == "x" or kind == "X" then
    local i = n >= 0x1p64 and 0 or n >= 0x1p63 and truncate(n - 0x1p64) or truncate(n)
    if kind ~= "u" then return native_format(spec, i) end
    if i >= 0 then return native_format(native_sub(spec, 1, -2) .. "d", i) end
    return native_format(native.string.gsub(native_sub(spec, 1, -2), "[%.#0]", "") .. "s", raw.unsigned(i))
  end
  return native_format(spec, n)
end

local function format(...)
  local pattern = text_argument(1, "format", (...), select("#", ...))
  local result, n, position, argument = {}, 0, 1, 1
  while true do
    local at = native_find(pattern, "%", position, true)
    n = n + 1
    if not at then
      result[n] = native_sub(pattern, position)
      break
    end
    result[n] = native_sub(pattern, position, at - 1)
    if native_sub(pattern, at + 1, at + 1) == "%" then
      n = n + 1
      result[n] = "%"
      position = at + 2
    else
      local _, stop, flags, dot = native_find(pattern, "^%%([-+ #0]*)%d?%d?(%.?)", at)
      if dot == "." then _, stop = native_find(pattern, "^%d?%d?", stop + 1) end
      stop = stop + 1
      local kind = native_sub(pattern, stop, stop)
      argument = argument + 1
      if select("#", ...) < argument then
        fail(native_format("bad argument #%d to 'format' (no value)", argument))
      end
      if #flags >= 6 then fail("invalid format (repeated flags)") end
      if native_find(kind, "%d") then fail("invalid format (width or precision too long)") end
      if kind == "" or not native_find("cdiouxXeEfgGqs", kind, 1, true) then
        fail("invalid option '%" .. kind .. "' to 'format'")
      end
      n = n + 1
      result[n] = format_one(native_sub(pattern, at, stop), kind, argument, (select(argument, ...)))
      position = stop + 1
    end
  end
  return native.table.concat(result)
end

-- string.gsub with a function or table: the server finds the matches, what they become is decided here.
local function gsub_with(text, pattern, replacement, limit)
  local parts, n, count, position = {}, 0, 0.0, 1
  local is_table = type(replacement) == "table"
  while count < limit do
    local from, to, whole, first = check(raw.match_at(text, pattern, position))
    if not from then break end
    count = count + 1
    local value
    if is_table then
      value = replacement[first]
    else
      value = replacement(select(4, check(raw.match_at(text, pattern, position))))
    end
    n = n + 1
    parts[n] = native_sub(text, position, from - 1)
    n = n + 1
    if not value then
      parts[n] = whole
    elseif type(value) == "string" then
      parts[n] = value
    elseif type(value) == "number" then
      parts[n] = number_text(value)
    else
      fail("invalid replacement value (a " .. type(value) .. ")")
    end
    position = to + 1
    if to < from then
      if from > #text then break end
      n = n + 1
      parts[n] = native_sub(text, from, from)
      position = from + 1
    end
    if native_sub(pattern, 1, 1) == "^" then break end
  end
  parts[n + 1] = native_sub(text, position)
  return native.table.concat(parts), count
end

local function gmatch(...)
  local text, pattern = ...
  text, pattern = text_argument(1, "gmatch", text, select("#", ...)), text_argument(2, "gmatch", pattern, select("#", ...))
  local position = 1
  local function advance(from, to, whole, ...)
    if not from then
      position = #text + 2
      return
    end
    position = to < from and from + 1 or to + 1
    return ...
  end
  return function()
    if position > #text + 1 then return end
    return advance(check(raw.match_at(text, pattern, position, true)))
  end
end

local function text_function(name)
  local f = native.string[name]
  return function(...) return f(text_argument(1, name, (...), select("#", ...))) end
end

local strings = {
  byte = function(...)
    local s, i, j = ...
    s = text_argument(1, "byte", s, select("#", ...))
    i = i == nil and 1 or truncate(number_argument(2, "byte", i))
    j = j == nil and i or truncate(number_argument(3, "byte", j))
    if i < 0 then i = i + #s + 1 end
    if j < 0 then j = j + #s + 1 end
    if i < 1 then i = 1 end
    if j > #s then j = #s end
    if j < i then return end
    if j == i then return native_byte(s, i) + 0.0 end
    if j - i >= MAX_STACK - select("#", ...) then fail("stack overflow (string slice too long)") end
    local codes = { native_byte(s, i, j) }
    for at = 1, #codes do codes[at] = codes[at] + 0.0 end
    return unpack(codes)
  end,
  char = function(...)
    local n = select("#", ...)
    local codes = { ... }
    for i = 1, n do
      local code = truncate(number_argument(i, "char", codes[i], n))
      if code < 0 or code > 255 then fail(native_format("bad argument #%d to 'char' (invalid value)", i)) end
      codes[i] = code
    end
    return native.string.char(unpack(codes, 1, n))
  end,
  dump = function() fail("unable to dump given function") end,
  find = checked(raw.find),
  format = format,
  gfind = gmatch,
  gmatch = gmatch,
  gsub = function(...)
    local text, pattern, replacement, limit = ...
    local kind = type(replacement)
    if kind ~= "table" and kind ~= "function" then return check(raw.gsub(...)) end
    text, pattern = text_argument(1, "gsub", text, 2), text_argument(2, "gsub", pattern, 2)
    return gsub_with(text, pattern, replacement, limit == nil and 1e999 or number_argument(4, "gsub", limit))
  end,
  len = function(...) return #text_argument(1, "len", (...), select("#", ...)) + 0.0 end,
  lower = text_function("lower"),
  match = checked(raw.match),
  rep = function(...)
    local s, n = ...
    s = text_argument(1, "rep", s, select("#", ...))
    n = number_argument(2, "rep", n, select("#", ...))
    return (check(raw.rep(s, n)))
  end,
  reverse = text_function("reverse"),
  sub = function(...)
    local s, i, j = ...
    return native_sub(text_argument(1, "sub", s, select("#", ...)), truncate(number_argument(2, "sub", i, select("#", ...))), j == nil and -1 or truncate(number_argument(3, "sub", j)))
  end,
  upper = text_function("upper"),
}

local string_meta = native_getmetatable("")
string_meta.__index = strings
string_meta.__add = arithmetic(function(a, b) return a + b end)
string_meta.__sub = arithmetic(function(a, b) return a - b end)
string_meta.__mul = arithmetic(function(a, b) return a * b end)
string_meta.__div = arithmetic(function(a, b) return a / b end)
string_meta.__mod = arithmetic(function(a, b) return a - a // b * b end)
string_meta.__pow = arithmetic(function(a, b) return a ^ b end)
string_meta.__unm = arithmetic(function(a) return -a end)
string_meta.__idiv = nil

-- table

-- Lua 5.1's own quicksort: what an unstable sort does with equals has to be the same as in Redis, and on every node.
local function default_less(a, b) return a < b end

local function sort_range(t, low, high, less)
  while low < high do
    if less(t[high], t[low]) then t[low], t[high] = t[high], t[low] end
    if high - low == 1 then break end
    local middle = (low + high) // 2
    if less(t[middle], t[low]) then
      t[middle], t[low] = t[low], t[middle]
    elseif less(t[high], t[middle]) then
      t[middle], t[high] = t[high], t[middle]
    end
    if high - low == 2 then break end
    local pivot = t[middle]
    t[middle], t[high - 1] = t[high - 1], t[middle]
    local i, j = low, high - 1
    while true do
      i = i + 1
      while less(t[i], pivot) do
        if i > high then fail("invalid order function for sorting") end
        i = i + 1
      end
      j = j - 1
      while less(pivot, t[j]) do
        if j < low then fail("invalid order function for sorting") end
        j = j - 1
      end
      if j < i then break end
      t[i], t[j] = t[j], t[i]
    end
    t[high - 1], t[i] = t[i], t[high - 1]
    if i - low < high - i then
      j, i, low = low, i - 1, i + 1
    else
      j, i, high = i + 1, high, i - 1
    end
    sort_range(t, j, i, less)
  end
end

local function table_argument(index, name, ...)
  local t = ...
  if type(t) ~= "table" then bad_argument(index, name, "table", ...) end
  if real[t] then error(READONLY, 0) end
  return t
end

local function function_argument(index, name, ...)
  local f = ...
  if type(f) ~= "function" then bad_argument(index, name, "function", ...) end
  return f
end

local tables = {
  concat = function(...)
    local t, separator, i, j = ...
    table_argument(1, "concat", ...)
    separator = separator == nil and "" or text_argument(2, "concat", separator)
    i = i == nil and 1 or truncate(number_argument(3, "concat", i))
    j = j == nil and #t or truncate(number_argument(4, "concat", j))
    local texts = {}
    for at = i, j do
      local v = rawget(t, at)
      if type(v) == "number" then
        v = number_text(v)
      elseif type(v) ~= "string" then
        fail(native_format("invalid value (%s) at index %d in table for 'concat'", type(v), at))
      end
      texts[at - i + 1] = v
    end
    return native.table.concat(texts, separator)
  end,
  foreach = function(...)
    local t, f = table_argument(1, "foreach", ...), function_argument(2, "foreach", select(2, ...))
    for k, v in next, t do
      local result = f(k, v)
      if result ~= nil then return result end
    end
  end,
  foreachi = function(...)
    local t, f = table_argument(1, "foreachi", ...), function_argument(2, "foreachi", select(2, ...))
    for i = 1, #t do
      local result = f(i, rawget(t, i))
      if result ~= nil then return result end
    end
  end,
  getn = function(...) return #table_argument(1, "getn", ...) + 0.0 end,
  insert = function(...)
    local t, position, value = ...
    table_argument(1, "insert", ...)
    local n = select("#", ...)
    local last = #t + 1
    if n == 2 then
      t[last] = position
      return
    end
    if n ~= 3 then fail("wrong number of arguments to 'insert'") end
    position = truncate(number_argument(2, "insert", position, n))
    if position > last then last = position end
    for i = last, position + 1, -1 do t[i] = t[i - 1] end
    t[position] = value
  end,
  maxn = function(...)
    local max = 0.0
    for k in next, table_argument(1, "maxn", ...) do
      if type(k) == "number" and k > max then max = k + 0.0 end
    end
    return max
  end,
  remove = function(...)
    local t, position = ...
    local last = #table_argument(1, "remove", ...)
    position = position == nil and last or truncate(number_argument(2, "remove", position))
    if position < 1 or position > last then return end
    local value = t[position]
    for i = position, last - 1 do t[i] = t[i + 1] end
    t[last] = nil
    return value
  end,
  setn = function() fail("'setn' is obsolete") end,
  sort = function(...)
    local t, less = ...
    table_argument(1, "sort", ...)
    if less ~= nil then function_argument(2, "sort", less) end
    sort_range(t, 1, #t, less or default_less)
  end,
}

-- math

local function pass_number(name, f)
  return function(...) return f(number_argument(1, name, (...), select("#", ...))) + 0.0 end
end

-- The second is looked at first, as by the compiler of Redis's own Lua.
local function two_numbers(name, ...)
  local a, b = ...
  local count = select("#", ...)
  b = number_argument(2, name, b, count)
  return number_argument(1, name, a, count) + 0.0, b + 0.0
end

-- To a whole number, which keeps its sign when it is 0.
local function rounding(name, f)
  local round = pass_number(name, f)
  return function(...)
    local whole = round(...)
    local x = ...
    if whole ~= 0 then return whole end
    return to_number(x) < 0 and -0.0 or to_number(x) == 0 and to_number(x) or whole
  end
end

local m = native.math
local maths = {
  huge = m.huge,
  pi = m.pi,
  atan2 = function(...) return m.atan(two_numbers("atan2", ...)) end,
  atan = pass_number("atan", function(x) return m.atan(x) end),
  log = pass_number("log", function(x) return m.log(x) end),
  fmod = function(...) return m.fmod(two_numbers("fmod", ...)) end,
  modf = function(...)
    local whole, fraction = m.modf(number_argument(1, "modf", (...), select("#", ...)))
    return whole + 0.0, fraction
  end,
  pow = function(...)
    local a, b = two_numbers("pow", ...)
    return a ^ b
  end,
  frexp = checked(raw.frexp),
  ldexp = function(...)
    local x, e = two_numbers("ldexp", ...)
    return x * 2.0 ^ truncate(e)
  end,
  log10 = pass_number("log10", function(x) return m.log(x, 10) end),
  cosh = checked(raw.cosh),
  sinh = checked(raw.sinh),
  tanh = checked(raw.tanh),
  random = checked(raw.random),
  randomseed = function(...) raw.randomseed(number_argument(1, "randomseed", (...), select("#", ...))) end,
}
maths.mod = maths.fmod
for _, name in next, { "abs", "acos", "asin", "cos", "deg", "exp", "rad", "sin", "sqrt", "tan" } do
  maths[name] = pass_number(name, m[name])
end
for _, name in next, { "ceil", "floor" } do
  maths[name] = rounding(name, m[name])
end
for _, name in next, { "max", "min" } do
  local f = m[name]
  maths[name] = function(...)
    if select("#", ...) == 0 then fail("bad argument #1 to '" .. name .. "' (number expected, got no value)") end
    for i = 1, select("#", ...) do
      if type((select(i, ...))) ~= "number" then
        local numbers, n = { ... }, select("#", ...)
        for j = 1, n do numbers[j] = number_argument(j, name, numbers[j], n) end
        return f(unpack(numbers, 1, n)) + 0.0
      end
    end
    return f(...) + 0.0
  end
end

-- coroutine

local c = native.coroutine
local coroutines = {
  create = function(f)
    if type(f) ~= "function" then fail("bad argument #1 to 'create' (Lua function expected)") end
    return c.create(f)
  end,
  resume = function(...)
    local thread = ...
    if type(thread) ~= "thread" then fail("bad argument #1 to 'resume' (coroutine expected)") end
    local status = c.status(thread)
    if status == "suspended" then return after_resume(c.resume(...)) end
    return false, "cannot resume " .. status .. " coroutine"
  end,
  running = function()
    local thread = running()
    if thread == script_thread then return nil end
    return thread
  end,
  status = function(thread)
    if type(thread) ~= "thread" then fail("bad argument #1 to 'status' (coroutine expected)") end
    return c.status(thread)
  end,
  wrap = function(f)
    if type(f) ~= "function" then fail("bad argument #1 to 'wrap' (Lua function expected)") end
    return c.wrap(f)
  end,
  yield = function(...)
    if running() == script_thread then error("attempt to yield across metamethod/C-call boundary", 0) end
    return c.yield(...)
  end,
}

-- bit: 32 bits, signed, as LuaBitOp

local function bits(index, name, ...)
  local n = number_argument(index, name, (...), index - 1 + select("#", ...))
  if math_type(n) == "integer" then return n & 0xFFFFFFFF end
  if n == floor(n) and n >= -0x1p51 and n <= 0x1p51 then return tointeger(n) & 0xFFFFFFFF end
  return tointeger(raw.bits(n))
end

local function signed(n)
  n = n & 0xFFFFFFFF
  if n >= 0x80000000 then n = n - 0x100000000 end
  return n + 0.0
end

local function fold(name, operate)
  return function(...)
    local result = bits(1, name, ...)
    for i = 2, select("#", ...) do result = operate(result, bits(i, name, (select(i, ...)))) end
    return signed(result)
  end
end

local function shift(name, operate)
  return function(...) return signed(operate(bits(1, name, ...), bits(2, name, select(2, ...)) & 31)) end
end

local bit = {
  tobit = function(...) return signed(bits(1, "tobit", ...)) end,
  bnot = function(...) return signed(~bits(1, "bnot", ...)) end,
  band = fold("band", function(a, b) return a & b end),
  bor = fold("bor", function(a, b) return a | b end),
  bxor = fold("bxor", function(a, b) return a ~ b end),
  lshift = shift("lshift", function(x, n) return x << n end),
  rshift = shift("rshift", function(x, n) return x >> n end),
  arshift = shift("arshift", function(x, n) return tointeger(signed(x)) >> n | (x >= 0x80000000 and ~(0xFFFFFFFF >> n) or 0) end),
  rol = shift("rol", function(x, n) return x << n | x >> (32 - n) end),
  ror = shift("ror", function(x, n) return x >> n | x << (32 - n) end),
  bswap = function(...)
    local x = bits(1, "bswap", ...)
    return signed(x >> 24 | (x >> 8 & 0xFF00) | (x << 8 & 0xFF0000) | x << 24)
  end,
  tohex = function(...)
    local value = bits(1, "tohex", ...)
    local digits = select("#", ...) > 1 and tointeger(signed(bits(2, "tohex", select(2, ...)))) or 8
    local text = native_format(digits < 0 and "%08X" or "%08x", value)
    if digits < 0 then digits = -digits end
    if digits > 8 then digits = 8 end
    return native_sub(text, 9 - digits)
  end,
}

-- redis

local function error_table(message)
  message = native.string.match(message, "^[^\0]*") -- where C sees the end of a text
  if native_sub(message, 1, 1) == "-" then message = native_sub(message, 2) end
  message = native.string.match(message, "^(.-)[\r\n]*$")
  local code, text = native.string.match(message, "^([^ ]*) [\r\n]*(.*)$")
  return { err = code and code .. " " .. text or "ERR " .. message }
end

local function wrong_field() return { err = "ERR wrong number or type of arguments" } end

local constants = {
  LOG_DEBUG = 0.0, LOG_VERBOSE = 1.0, LOG_NOTICE = 2.0, LOG_WARNING = 3.0,
  REPL_NONE = 0.0, REPL_AOF = 1.0, REPL_SLAVE = 2.0, REPL_REPLICA = 2.0, REPL_ALL = 3.0,
  REDIS_VERSION = VERSION, REDIS_VERSION_NUM = VERSION_NUM,
}

local function copy(from, to)
  for k, v in next, from do to[k] = v end
  return to
end

local redis = copy(constants, {
  call = checked(raw.call),
  pcall = checked(raw.pcall),
  sha1hex = checked(raw.sha1hex),
  log = checked(raw.log),
  setresp = checked(raw.setresp),
  acl_check_cmd = checked(raw.acl_check_cmd),
  set_repl = checked(raw.set_repl),
  error_reply = function(...)
    local text = ...
    if select("#", ...) ~= 1 or type(text) ~= "string" then return wrong_field() end
    return error_table(text)
  end,
  status_reply = function(...)
    local text = ...
    if select("#", ...) ~= 1 or type(text) ~= "string" then return wrong_field() end
    return { ok = text }
  end,
})

local function library(functions)
  local result = {}
  for name, f in next, functions do result[name] = type(f) == "function" and checked(f) or f end
  return result
end

local function cjson_library()
  local cjson = library(raw.cjson)
  cjson.new = function() return copy(cjson, {}) end
  return cjson
end

local shared = copy(base, {
  string = readonly(strings),
  table = readonly(tables),
  math = readonly(maths),
  coroutine = readonly(coroutines),
  bit = readonly(bit),
  cjson = readonly(cjson_library()),
  cmsgpack = readonly(library(raw.cmsgpack)),
  struct = readonly(library(raw.struct)),
})

local shown_string_meta = readonly({ __index = shared.string })
local plain_getmetatable = base.getmetatable
shared.getmetatable = function(...)
  local v = ...
  if type(v) == "string" then return shown_string_meta end
  if select("#", ...) == 0 then fail("bad argument #1 to 'getmetatable' (value expected)") end
  return plain_getmetatable(v)
end

local function missing(_, name)
  fail("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'")
end

local missing_meta = { __index = missing }

-- Globals of EVAL and of FCALL

local script_globals = copy(shared, {
  redis = readonly(copy(redis, {
    breakpoint = function() return false end,
    debug = function() end,
    replicate_commands = function() return true end,
  })),
})
local function_globals = copy(shared, { redis = readonly(redis) })
native_setmetatable(script_globals, missing_meta)
native_setmetatable(function_globals, missing_meta)
local script_env, function_env = readonly(script_globals), readonly(function_globals)
script_globals._G = script_env
function_globals._G = function_env

-- Function libraries: while their code runs there is nothing but this.

local registered

local function raise(message) error({ err = "ERR " .. message }, 0) end

local flag_names = { ["no-writes"] = true, ["allow-oom"] = true, ["allow-stale"] = true, ["no-cluster"] = true, ["allow-cross-slot-keys"] = true }

local function read_flags(flags)
  if type(flags) ~= "table" then raise("flags argument to redis.register_function must be a table representing function flags") end
  local names = {}
  for i = 1, #flags do
    local flag = flags[i]
    if type(flag) ~= "string" or not flag_names[flag] then raise("unknown flag given") end
    names[i] = flag
  end
  return native.table.concat(names, " ")
end

local function named_arguments(t)
  local name, callback, flags, description
  for key, value in next, t do
    if type(key) == "number" then key = number_text(key) end
    if type(key) ~= "string" then raise("named argument key given to redis.register_function is not a string") end
    if key == "function_name" then
      if type(value) == "number" then value = number_text(value) end
      if type(value) ~= "string" then raise("function_name argument given to redis.register_function must be a string") end
      name = value
    elseif key == "description" then
      if type(value) == "number" then value = number_text(value) end
      if type(value) ~= "string" then raise("description argument given to redis.register_function must be a string") end
      description = value
    elseif key == "callback" then
      if type(value) ~= "function" then raise("callback argument given to redis.register_function must be a function") end
      callback = value
    elseif key == "flags" then
      flags = read_flags(value)
    else
      raise("unknown argument given to redis.register_function")
    end
  end
  if not name then raise("redis.register_function must get a function name argument") end
  if not callback then raise("redis.register_function must get a callback argument") end
  return name, callback, flags, description
end

local function register_function(...)
  local count = select("#", ...)
  if count < 1 or count > 2 then raise("wrong number of arguments to redis.register_function") end
  local name, callback = ...
  local flags, description
  if count == 1 then
    if type(name) ~= "table" then
      raise("calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).")
    end
    name, callback, flags, description = named_arguments(name)
  else
    if type(name) == "number" then name = number_text(name) end
    if type(name) ~= "string" then raise("first argument to redis.register_function must be a string") end
    if type(callback) ~= "function" then raise("second argument to redis.register_function must be a function") end
  end
  if not native_find(name, "^[%w_]+$") then
    raise("Library names can only contain letters, numbers, or underscores(_) and must be at least one character long")
  end
  if registered[name] then raise("Function already exists in the library") end
  registered[name] = callback
  raw.registered(name, flags or "", description)
end

local load_redis = native_setmetatable(copy(constants, { log = redis.log, register_function = register_function }), missing_meta)
local load_globals = native_setmetatable({ redis = readonly(load_redis) }, missing_meta)
local function_env_meta = native_getmetatable(function_env)

-- Entrances for the server: they run in the script's thread.

local function begin()
  script_thread = running()
  ids, next_id = nil, 0
end

local function start_script(script, keys, arguments)
  begin()
  script_globals.KEYS = keys
  script_globals.ARGV = arguments
  return script()
end

local function load_library(code)
  registered = {}
  function_env_meta.__index = load_globals
  code()
  function_env_meta.__index = function_globals
end

local function start_library(code)
  begin()
  load_library(code)
end

local function start_function(code, name, keys, arguments)
  begin()
  load_library(code)
  return registered[name](keys, arguments)
end

return script_env, function_env, start_script, start_library, start_function, make
