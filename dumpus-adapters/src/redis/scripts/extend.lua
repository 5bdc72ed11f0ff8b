-- ARGV: lane, entry, delivery, consumer. Gives 1 when the job is still this worker's.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
redis.call('XCLAIM', LANES[ARGV[1]], GROUP, ARGV[4], 0, ARGV[2], 'JUSTID')
return 1
