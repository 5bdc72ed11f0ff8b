-- ARGV: lane, entry, delivery, consumer. Returns 1 if the job was still delivered to this worker.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
remove(ARGV[1], ARGV[2])
redis.call('DEL', JOB)
redis.call('SREM', PROMOTED, JOB)
return 1
