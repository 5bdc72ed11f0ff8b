-- ARGV: run, lease in ms. Returns 1 if the queue has the job of this run, whose delay, if any, is over now.
local job = redis.call('HMGET', JOB, 'run', 'lane', 'entry')
if job[1] ~= ARGV[1] or #redis.call('XRANGE', LANES[job[2]], job[3], job[3]) == 0 then
  return 0
end
local claim = claim_of(job[2], job[3])
if claim and string.sub(claim[2], 1, #POSTPONED) == POSTPONED then
  -- As if it had been postponed for so long that nobody has precedence any more.
  local idle = tonumber(ARGV[2]) + PRECEDENCE
  redis.call('XCLAIM', LANES[job[2]], GROUP, claim[2], 0, job[3], 'IDLE', idle, 'JUSTID')
  notify()
end
return 1
