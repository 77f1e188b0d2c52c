import { defineConfig } from 'tsup';
import { library } from '../../tsup.base.ts';

export default defineConfig(
  library({
    index: 'src/index.ts',
    aggregate: 'src/aggregate/index.ts',
    dashboards: 'src/dashboards/index.ts',
    profile: 'src/profile/index.ts',
    rules: 'src/rules/index.ts',
    testing: 'src/testing/index.ts',
  }),
);
