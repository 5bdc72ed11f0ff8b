-- Every script begins with this. KEYS are those of keys.rs, in its order; KEYS[7] is the package's, if there is one.
local EPOCH, TURN, BELL = KEYS[1], KEYS[2], KEYS[3]
local LANES = { standard = KEYS[4], premium = KEYS[5] }
-- Names of jobs that were promoted while a worker held them.
local PROMOTED = KEYS[6]
local JOB = KEYS[7]
local GROUP = 'workers'

-- True when the lane's stream is there; its group is there in any case afterwards.
local function open_lane(stream)
  local is_there = redis.call('EXISTS', stream) == 1
  local made = redis.pcall('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM')
  if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
    error(made.err)
  end
  return is_there
end

-- The marker of the memory, and of the process that holds it: one that was started again may have read an older state
-- from its disk, and a replica that took over may lack the last moments.
local function epoch()
  local server = redis.pcall('INFO', 'server')
  local process = type(server) == 'string' and string.match(server, 'run_id:(%x+)') or ''
  return redis.call('GET', EPOCH) .. process
end

-- An empty memory becomes a queue, with a marker of its own.
local function set_up(marker)
  if redis.call('SET', EPOCH, marker, 'NX') then
    open_lane(LANES.standard)
    open_lane(LANES.premium)
  end
end

local function notify()
  local id = redis.call('XADD', BELL, '*', 'r', '')
  redis.call('XTRIM', BELL, 'MINID', id)
end

local function append(lane, package)
  return redis.call('XADD', LANES[lane], '*', 'p', package)
end

-- XACK alone would leave the entry in memory, XDEL alone its claim.
local function remove(lane, entry)
  redis.call('XACK', LANES[lane], GROUP, entry)
  redis.call('XDEL', LANES[lane], entry)
end

-- The job waits in the premium lane from now on, behind those that are there.
local function move_to_premium(job, lane, entry, package)
  remove(lane, entry)
  redis.call('HSET', job, 'lane', 'premium', 'entry', append('premium', package))
  redis.call('HDEL', job, 'promoted')
  redis.call('SREM', PROMOTED, job)
end

-- The entry's claim: { id, consumer, idle, count }, or nil.
local function claim_of(lane, entry)
  return redis.call('XPENDING', LANES[lane], GROUP, entry, entry, 1)[1]
end

-- Whether this delivery is the job's last one. The number tells two deliveries to one consumer apart.
local function is_held(lane, entry, delivery, consumer)
  local job = redis.call('HMGET', JOB, 'lane', 'entry', 'delivery')
  if job[1] ~= lane or job[2] ~= entry or job[3] ~= delivery then
    return false
  end
  local claim = claim_of(lane, entry)
  return claim ~= nil and claim[2] == consumer
end
