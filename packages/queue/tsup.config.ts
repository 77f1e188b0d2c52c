import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    index: 'src/index.ts',
    'bull-board': 'src/bull-board/index.ts',
    bullmq: 'src/bullmq/index.ts',
    dashboard: 'src/dashboard/index.ts',
    outbox: 'src/outbox/index.ts',
    redis: 'src/redis/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
