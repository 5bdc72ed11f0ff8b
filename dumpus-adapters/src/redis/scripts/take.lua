-- ARGV: marker, consumer, lease in ms, lane of each turn (s or p), lanes served, start of the packages' keys.
-- Gives { package, lane, entry, delivery, run, link } or false.
local consumer, lease, turns, served, jobs = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
set_up(ARGV[1])

-- Next entry of a lane and its package. What was given back, or whose worker fell silent, came before all that is new.
local function claim(stream)
  local silent = redis.call('XPENDING', stream, GROUP, 'IDLE', lease, '-', '+', 1)[1]
  if silent then
    local claimed = redis.call('XCLAIM', stream, GROUP, consumer, lease, silent[1])[1]
    return silent[1], claimed and claimed[2][2]
  end
  local new = redis.call('XREADGROUP', 'GROUP', GROUP, consumer, 'COUNT', 1, 'STREAMS', stream, '>')
  if new then
    local entry = new[1][2][1]
    return entry[1], entry[2][2]
  end
end

local function take(lane)
  while true do
    local entry, package = claim(LANES[lane])
    if not entry then
      return false
    end
    local key = jobs .. (package or '')
    local job = redis.call('HMGET', key, 'lane', 'entry', 'run', 'link')
    if package and job[1] == lane and job[2] == entry then
      local delivery = redis.call('HINCRBY', key, 'delivery', 1)
      return { package, lane, entry, tostring(delivery), job[3], job[4] }
    end
    -- Somebody else deleted one half of the job.
    remove(lane, entry)
  end
end

local turn = tonumber(redis.call('GET', TURN) or '0') % #turns
local is_standard = string.sub(turns, turn + 1, turn + 1) == 's'
for _, lane in ipairs(is_standard and { 'standard', 'premium' } or { 'premium', 'standard' }) do
  local taken = string.find(served, string.sub(lane, 1, 1), 1, true) and take(lane)
  if taken then
    -- A lane's turn stays until a worker comes that serves it.
    if string.find(served, is_standard and 's' or 'p', 1, true) then
      redis.call('SET', TURN, (turn + 1) % #turns)
    end
    return taken
  end
end
return false
