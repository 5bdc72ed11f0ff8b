-- ARGV: lane, entry, delivery, consumer. Returns 1 if the job is still delivered to this worker.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
redis.call('XCLAIM', LANES[ARGV[1]], GROUP, ARGV[4], 0, ARGV[2], 'JUSTID')
return 1
