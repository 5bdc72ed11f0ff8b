-- ARGV: lane, entry, delivery, consumer, lease in ms, package. Returns 1 if the job was still delivered to this worker.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
if redis.call('HEXISTS', JOB, 'promoted') == 1 then
  move_to_premium(JOB, ARGV[1], ARGV[2], ARGV[6])
else
  -- As if the worker had not extended it for the lease duration: the next request takes it.
  redis.call('XCLAIM', LANES[ARGV[1]], GROUP, ARGV[4], 0, ARGV[2], 'IDLE', ARGV[5], 'JUSTID')
end
notify()
return 1
