-- ARGV: lane, entry, delivery, consumer, lease in ms, package, delay in ms. Returns 1 if the job was still delivered to this
-- worker.
if not is_held(ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then
  return 0
end
-- As if another consumer, whose name says whom to avoid, held it until then.
local idle = math.max(tonumber(ARGV[5]) - tonumber(ARGV[7]), 0)
redis.call('XCLAIM', LANES[ARGV[1]], GROUP, POSTPONED .. ARGV[4], 0, ARGV[2], 'IDLE', idle, 'JUSTID')
return 1
