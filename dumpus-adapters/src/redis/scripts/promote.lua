-- ARGV: package, run, lease in ms. Gives 1 when the job waits in the premium lane now.
local package, run, lease = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', JOB, 'run', 'lane', 'entry')
if job[1] ~= run then
  return 0
end
local claim = claim_of(job[2], job[3])
if claim and claim[3] < tonumber(lease) then
  return 0
end
if job[2] ~= 'premium' then
  remove(job[2], job[3])
  redis.call('HSET', JOB, 'lane', 'premium', 'entry', append('premium', package))
  ring()
end
return 1
