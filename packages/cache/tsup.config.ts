import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    index: 'src/index.ts',
    http: 'src/http/index.ts',
    redis: 'src/redis/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
