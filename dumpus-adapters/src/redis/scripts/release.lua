-- ARGV: lane, entry, delivery, consumer, lease in ms, package. Gives 1 when the job was still this worker's.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
if redis.call('HEXISTS', JOB, 'promoted') == 1 then
  move_to_premium(JOB, ARGV[1], ARGV[2], ARGV[6])
else
  -- As if its worker had been silent for a lease: the next one to ask takes it.
  redis.call('XCLAIM', LANES[ARGV[1]], GROUP, ARGV[4], 0, ARGV[2], 'IDLE', ARGV[5], 'JUSTID')
end
notify()
return 1
