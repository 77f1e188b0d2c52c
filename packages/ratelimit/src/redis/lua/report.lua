reply[#reply + 1] = changed
return reply
