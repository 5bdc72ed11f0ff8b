-- ARGV: marker. A lane whose stream is gone has lost its jobs: that is a new epoch. A lost group alone has not.
local standard, premium = open_lane(LANES.standard), open_lane(LANES.premium)
if not (standard and premium) then
  redis.call('SET', EPOCH, ARGV[1])
end
return 1
