-- The generic cell rate algorithm, as in the domain's `rate` module. KEYS[1] holds the time at which the bucket is idle.
-- Times are microseconds by the clock of Redis: numbers of Lua represent them exactly until the year 2255.
local interval, burst_length, units = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local idle_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval * units
if ARGV[1] == 'take' then
  local excess = idle_at - now - burst_length
  if excess > 0 then
    return excess
  end
else
  idle_at = math.min(idle_at, now + 2 * burst_length)
end
if idle_at > now then
  redis.call('SET', KEYS[1], string.format('%.0f', idle_at), 'PX', math.ceil((idle_at - now) / 1000))
else
  redis.call('DEL', KEYS[1])
end
return 0
