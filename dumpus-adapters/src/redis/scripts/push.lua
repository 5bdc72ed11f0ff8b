-- ARGV: marker, package, run, lane, link. Returns the epoch.
local package, run, lane, link = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
set_up(ARGV[1])
local known = redis.call('HMGET', JOB, 'run', 'lane', 'entry')
local is_queued = known[2] and #redis.call('XRANGE', LANES[known[2]], known[3], known[3]) == 1
if not (is_queued and known[1] == run) then
  if known[2] then
    remove(known[2], known[3])
    redis.call('DEL', JOB)
  end
  redis.call('HSET', JOB, 'run', run, 'lane', lane, 'link', link, 'entry', append(lane, package))
  notify()
end
return epoch()
