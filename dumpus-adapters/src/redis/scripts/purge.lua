local job = redis.call('HMGET', JOB, 'lane', 'entry')
if job[1] then
  remove(job[1], job[2])
  redis.call('DEL', JOB)
  redis.call('SREM', PROMOTED, JOB)
end
return 1
