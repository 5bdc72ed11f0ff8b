-- ARGV: package, run, lease in ms. Returns 1 if the queue has the job: it now waits in the premium lane, or will once its
-- worker releases it or stops responding.
local package, run, lease = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', JOB, 'run', 'lane', 'entry')
if job[1] ~= run then
  return 0
end
if job[2] == 'premium' then
  return 1
end
local claim = claim_of(job[2], job[3])
if claim and claim[3] < tonumber(lease) then
  redis.call('HSET', JOB, 'promoted', '1')
  redis.call('SADD', PROMOTED, JOB)
else
  move_to_premium(JOB, job[2], job[3], package)
  notify()
end
return 1
