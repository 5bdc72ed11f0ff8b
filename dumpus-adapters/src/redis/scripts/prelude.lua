-- Every script begins with this. KEYS are those of keys.rs, in the same order; KEYS[10] is that of the package, if any.
local EPOCH, TURN, BELL = KEYS[1], KEYS[2], KEYS[3]
local LANES = { standard = KEYS[4], premium = KEYS[5] }
-- Names of jobs that were promoted during a delivery.
local PROMOTED = KEYS[6]
-- Consumers, by the time in ms at which they last asked for a job.
local WORKERS = KEYS[7]
-- The instance that the queue belongs to, as the name that ends the key after it.
local INSTANCE, OWN = KEYS[8], string.match(KEYS[9], 'instance:(%x*)$')
local JOB = KEYS[10]
local GROUP = 'workers'
-- A worker that has not asked for a job for this long is gone, in ms.
local WORKER_SILENCE = 60000
-- Begins the name of a consumer that holds the jobs that a worker postponed.
local POSTPONED = 'postponed:'
-- How long workers that asked for a job a moment ago precede the one that postponed it, in ms.
local PRECEDENCE = 10000

-- The workers of another instance would take its jobs for stale ones, and remove them. An embedder may give no instance.
if OWN ~= '' then
  local owner = redis.call('GET', INSTANCE)
  if not owner then
    -- Not while Redis is full.
    redis.pcall('SET', INSTANCE, OWN)
  elseif owner ~= OWN then
    return redis.error_reply('OTHERINSTANCE ' .. owner)
  end
end

-- Creates the group of a lane if it is missing. Returns whether the stream existed.
local function open_lane(stream)
  local is_there = redis.call('EXISTS', stream) == 1
  local made = redis.pcall('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM')
  if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
    error(made.err)
  end
  return is_there
end

-- The marker of the data and the run id of the Redis process: a restarted process may have loaded an older state from its
-- disk, and a promoted replica may lack the most recent writes.
local function epoch()
  local server = redis.pcall('INFO', 'server')
  local process = type(server) == 'string' and string.match(server, 'run_id:(%x+)') or ''
  return redis.call('GET', EPOCH) .. process
end

-- Creates the queue, with this marker, if Redis is empty.
local function set_up(marker)
  if redis.call('EXISTS', EPOCH) == 0 then
    redis.call('SET', EPOCH, marker)
    open_lane(LANES.standard)
    open_lane(LANES.premium)
  end
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function notify()
  local id = redis.call('XADD', BELL, '*', 'r', '')
  redis.call('XTRIM', BELL, 'MINID', id)
end

local function append(lane, package)
  return redis.call('XADD', LANES[lane], '*', 'p', package)
end

-- XACK alone would leave the entry in the stream, XDEL alone the pending entry.
local function remove(lane, entry)
  redis.call('XACK', LANES[lane], GROUP, entry)
  redis.call('XDEL', LANES[lane], entry)
end

-- Moves the job to the end of the premium lane.
local function move_to_premium(job, lane, entry, package)
  remove(lane, entry)
  redis.call('HSET', job, 'lane', 'premium', 'entry', append('premium', package))
  redis.call('HDEL', job, 'promoted')
  redis.call('SREM', PROMOTED, job)
end

-- The pending entry: { id, consumer, idle, count }, or nil.
local function claim_of(lane, entry)
  return redis.call('XPENDING', LANES[lane], GROUP, entry, entry, 1)[1]
end

-- Whether this is the last delivery of the job. The number distinguishes two deliveries to one consumer.
local function is_held(lane, entry, delivery, consumer)
  local job = redis.call('HMGET', JOB, 'lane', 'entry', 'delivery')
  if job[1] ~= lane or job[2] ~= entry or job[3] ~= delivery then
    return false
  end
  local claim = claim_of(lane, entry)
  return claim ~= nil and claim[2] == consumer
end
