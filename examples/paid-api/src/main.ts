import { listen } from './listen.ts';
import { createQuotas } from './quotas.ts';
import { createService } from './service.ts';

const tokyo = { id: 'acme', plan: 1_000, timeZone: 'Asia/Tokyo', billedOn: 1 };
const origin = await listen(createService(createQuotas(), new Map([['secret', tokyo]])));
console.log(`curl -i ${origin}/complete -H 'authorization: Bearer secret' -d 'repeat 250'`);
console.log(`curl -i ${origin}/usage -H 'authorization: Bearer secret'`);
