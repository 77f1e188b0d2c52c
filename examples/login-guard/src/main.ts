import { listen } from './listen.ts';
import { createLoginGuard } from './login-guard.ts';
import { createService } from './service.ts';

const service = createService(createLoginGuard(), new Map([['ada', 'analytical']]));
const origin = await listen(service);
console.log(`try, more often than five times: curl -i ${origin}/login -d '{"account":"ada","password":"guess"}'`);
console.log(`and then the right one:          curl -i ${origin}/login -d '{"account":"ada","password":"analytical"}'`);
