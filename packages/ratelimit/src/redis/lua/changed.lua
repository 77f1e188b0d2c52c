return format('%s %d', text, changed)
