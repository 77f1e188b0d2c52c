-- All schedules, name and what is kept of each.
return call('HGETALL', base .. 'h')
