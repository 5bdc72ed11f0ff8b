-- ARGV: lane, entry, delivery, consumer. Returns 1 if the job was still delivered to this worker.
if is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  remove(ARGV[1], ARGV[2])
else
  -- The lane may have been deleted or evicted during the last delivery: nobody else will remove the rest of the job.
  local job = redis.call('HMGET', JOB, 'lane', 'entry', 'delivery')
  local is_last = job[1] == ARGV[1] and job[2] == ARGV[2] and job[3] == ARGV[3]
  if not is_last or #redis.call('XRANGE', LANES[ARGV[1]], ARGV[2], ARGV[2]) > 0 then
    return 0
  end
end
redis.call('DEL', JOB)
redis.call('SREM', PROMOTED, JOB)
return 1
