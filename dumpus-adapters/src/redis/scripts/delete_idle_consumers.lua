-- ARGV: consumer that stops, idle time in ms. Deletes it and those that have been idle for that long, unless they have
-- pending entries: these would be deleted with the consumer, and nobody would deliver the jobs again.
for _, stream in pairs(LANES) do
  local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, GROUP)
  if not consumers.err then
    for _, fields in ipairs(consumers) do
      local consumer = {}
      for i = 1, #fields, 2 do
        consumer[fields[i]] = fields[i + 1]
      end
      local is_leaving = consumer.name == ARGV[1] or consumer.idle >= tonumber(ARGV[2])
      if consumer.pending == 0 and is_leaving then
        redis.call('XGROUP', 'DELCONSUMER', stream, GROUP, consumer.name)
      end
    end
  end
end
return 1
