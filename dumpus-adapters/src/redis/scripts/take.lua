-- ARGV: marker, consumer, lease in ms, first lane of each turn (s or p), lanes served, prefix of job keys, and the
-- deliveries that this consumer has received, as lane:entry.
-- Returns { package, lane, entry, delivery, run, link } or false.
local consumer, lease, turns, served, jobs = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
-- More than a process ever has pending.
local MANY = 1000
-- Of the jobs that a worker postponed, so many are passed over.
local FEW = 10
-- A worker that asked for a job within this time may ask for the next one, in ms.
local MOMENT = 5000
local now = now_ms()
-- Not while Redis is full: jobs are taken nevertheless.
redis.pcall('ZADD', WORKERS, now, consumer)
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', now - WORKER_SILENCE)
set_up(ARGV[1])

-- Jobs that were promoted during a delivery whose lease has ended since.
for _, job in ipairs(redis.call('SMEMBERS', PROMOTED)) do
  local fields = redis.call('HMGET', job, 'lane', 'entry', 'promoted')
  local claim = fields[3] and claim_of(fields[1], fields[2])
  if not fields[3] then
    redis.call('SREM', PROMOTED, job)
  elseif not claim or claim[3] >= tonumber(lease) then
    move_to_premium(job, fields[1], fields[2], string.sub(job, #jobs + 1))
  end
end

local function serves(lane)
  return string.find(served, string.sub(lane, 1, 1), 1, true)
end

-- The delivery of an entry; nil if the hash or the entry was deleted externally.
local function deliver(lane, entry, package)
  local key = jobs .. (package or '')
  local job = redis.call('HMGET', key, 'lane', 'entry', 'run', 'link')
  if package and job[1] == lane and job[2] == entry then
    local delivery = redis.call('HINCRBY', key, 'delivery', 1)
    return { package, lane, entry, tostring(delivery), job[3], job[4] }
  end
  remove(lane, entry)
end

-- A job that was delivered to this consumer in a response that it did not receive.
local function unreceived(lane, known)
  for _, claim in ipairs(redis.call('XPENDING', LANES[lane], GROUP, '-', '+', MANY, consumer)) do
    if not known[lane .. ':' .. claim[1]] and claim[3] < tonumber(lease) then
      local claimed = redis.call('XCLAIM', LANES[lane], GROUP, consumer, 0, claim[1])[1]
      local taken = deliver(lane, claim[1], claimed and claimed[2][2])
      if taken then
        return taken
      end
    end
  end
end

-- The first pending entry that nobody holds. One that this worker postponed is left to others for a while.
local function unheld(stream)
  for _, pending in ipairs(redis.call('XPENDING', stream, GROUP, 'IDLE', lease, '-', '+', FEW)) do
    local is_left = pending[2] == POSTPONED .. consumer and pending[3] < tonumber(lease) + PRECEDENCE
    if not (is_left and redis.call('ZCOUNT', WORKERS, now - MOMENT, '+inf') > 1) then
      return pending[1]
    end
  end
end

-- The next entry of a lane and its package. Released jobs, and those whose lease has ended, precede all new ones.
local function claim(stream)
  local pending = unheld(stream)
  if pending then
    local claimed = redis.call('XCLAIM', stream, GROUP, consumer, lease, pending)[1]
    return pending, claimed and claimed[2][2]
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
    local taken = deliver(lane, entry, package)
    if taken then
      return taken
    end
  end
end

local known = {}
for i = 7, #ARGV do
  known[ARGV[i]] = true
end
for lane in pairs(LANES) do
  local taken = serves(lane) and unreceived(lane, known)
  if taken then
    return taken
  end
end

local turn = tonumber(redis.call('GET', TURN) or '0') % #turns
local is_standard = string.sub(turns, turn + 1, turn + 1) == 's'
for _, lane in ipairs(is_standard and { 'standard', 'premium' } or { 'premium', 'standard' }) do
  local taken = serves(lane) and take(lane)
  if taken then
    -- The turn of a lane only advances when a worker serves that lane.
    if serves(is_standard and 's' or 'p') then
      redis.call('SET', TURN, (turn + 1) % #turns)
    end
    return taken
  end
end
return false
