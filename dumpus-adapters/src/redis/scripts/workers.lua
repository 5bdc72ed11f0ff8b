-- ARGV: lease in ms. Returns the number of workers that asked for a job within a minute, or hold one.
local workers, count = {}, 0
local function add(worker)
  if not workers[worker] then
    workers[worker] = true
    count = count + 1
  end
end
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', WORKERS, now_ms() - WORKER_SILENCE, '+inf')) do
  add(worker)
end
for _, stream in pairs(LANES) do
  local pending = redis.pcall('XPENDING', stream, GROUP, '-', '+', 100)
  if not pending.err then
    for _, claim in ipairs(pending) do
      if claim[3] < tonumber(ARGV[1]) and string.sub(claim[2], 1, #POSTPONED) ~= POSTPONED then
        add(claim[2])
      end
    end
  end
end
return count
