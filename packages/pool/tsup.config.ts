import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    'generic-pool': 'src/generic-pool/index.ts',
    index: 'src/index.ts',
    ioredis: 'src/ioredis/index.ts',
    knex: 'src/knex/index.ts',
    mysql2: 'src/mysql2/index.ts',
    pg: 'src/pg/index.ts',
    query: 'src/query/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
