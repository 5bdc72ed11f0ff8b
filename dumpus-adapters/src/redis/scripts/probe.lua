-- KEYS[10]: a key without a meaning, for a second. Fails while Redis is full.
redis.call('SET', KEYS[10], '', 'PX', 1000)
