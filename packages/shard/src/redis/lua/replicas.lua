-- How many replicas this server knows, and what names the history of its data: a replica that takes over begins another.
local info = redis.call('INFO', 'replication')
return { tonumber(string.match(info, 'connected_slaves:(%d+)') or 0), string.match(info, 'master_replid:(%x+)') or '' }
