import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    hash: 'src/hash/index.ts',
    index: 'src/index.ts',
    pg: 'src/pg/index.ts',
    redis: 'src/redis/index.ts',
    sql: 'src/sql/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
