-- ARGV: marker. If the stream of a lane is missing, its jobs are lost, so a new epoch begins. A missing group alone loses
-- no jobs.
local standard, premium = open_lane(LANES.standard), open_lane(LANES.premium)
if not (standard and premium) then
  redis.call('SET', EPOCH, ARGV[1])
end
return 1
