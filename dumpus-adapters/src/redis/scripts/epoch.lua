-- ARGV: marker. Gives the epoch.
set_up(ARGV[1])
return epoch()
