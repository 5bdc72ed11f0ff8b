-- ARGV: run. Returns 1 if the queue has the job of this run.
local job = redis.call('HMGET', JOB, 'run', 'lane', 'entry')
return job[1] == ARGV[1] and #redis.call('XRANGE', LANES[job[2]], job[3], job[3]) or 0
