-- ARGV: marker. Returns the epoch.
set_up(ARGV[1])
return epoch()
