import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'cache-manager': 'src/compat/index.ts',
    http: 'src/http/index.ts',
    keyv: 'src/keyv/index.ts',
    redis: 'src/redis/index.ts',
    session: 'src/session/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
