import { systemClock } from '@xc/core';
import text from './greeting.lua';

process.send?.({ ready: true, lua: text.trim(), now: typeof systemClock.now() });
process.on('message', (message) => {
  if (message === 'crash') throw new Error('as you wish');
  if (message === 'count') for (let n = 0; n < 100; n += 1) process.send?.(n);
  else process.send?.({ echo: message });
});
