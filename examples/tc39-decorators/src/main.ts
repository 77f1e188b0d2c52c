import { createBank } from './bank.ts';
import { listen } from './listen.ts';
import { Rates } from './rates.ts';
import { createService } from './service.ts';

const bank = createBank();
const rates = new Rates(await listen(bank.server));
const service = await listen(createService(rates));
rates.breaker.on('transition', ({ from, to, reason }) => console.log(`breaker: ${from} -> ${to} (${reason})`));

// The bank is well and ill by turns, so that there is something to see.
setInterval(() => {
  bank.mood = bank.mood === 'well' ? 'errors' : 'well';
  console.log(`bank: ${bank.mood}`);
}, 5_000);

console.log(`try: curl ${service}/rates/USD`);
