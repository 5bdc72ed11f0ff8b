-- ARGV: lane, entry, delivery, consumer. Gives 1 when the job was still this worker's.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
remove(ARGV[1], ARGV[2])
redis.call('DEL', JOB)
return 1
