import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/**
 * Tests read the sources of every package, never the build. `import` and `module` are not in the list: vitest hands it
 * to Node as well, whose `require` would then be given ES modules by third parties.
 */
const conditions = ['@xc/source', 'node'];

const luaAsText: Plugin = {
  name: 'lua-as-text',
  enforce: 'pre',
  async load(id) {
    if (!id.endsWith('.lua')) return undefined;
    return `export default ${JSON.stringify(await readFile(id, 'utf8'))};`;
  },
};

/**
 * Unit tests first and on all cores, as are those that run whole programs and wait for their end; then those with servers,
 * which measure time and leave a core to their servers.
 */
const UNIT = 0;
const PROGRAMS = 1;
const SERVERS = 2;

const withServer = ['redis', 'cluster', 'sentinel', 'pg', 'server'];

/** Where tests that are no unit tests lie. */
const places = ['packages/*/{src,test}/**', 'test-support/src/**', 'scripts/**', 'docs/snippets'];

function project(
  name: string,
  test: NonNullable<TestProjectInlineConfiguration['test']>,
  groupOrder = SERVERS,
): TestProjectInlineConfiguration {
  return {
    plugins: [luaAsText],
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    esbuild: { target: 'es2022' },
    test: { name, sequence: { groupOrder }, ...test },
  };
}

/** Tests that need a real server say which one in their file name: `bus.redis.test.ts`. */
function serverProject(name: string, suffix: string, globalSetup?: string): TestProjectInlineConfiguration {
  return project(name, {
    include: places.map((place) => `${place}/*.${suffix}.test.ts`),
    testTimeout: 120_000,
    hookTimeout: 120_000,
    ...(globalSetup === undefined ? {} : { globalSetup: [globalSetup] }),
  });
}

export default defineConfig({
  test: {
    reporters: ['default', './scripts/closing-line.ts'],
    projects: [
      project(
        'unit',
        {
          include: [
            'packages/*/{src,test}/**/*.test.ts',
            'test-support/src/**/*.test.ts',
            'scripts/**/*.test.ts',
            'docs/snippets/*.test.ts',
          ],
          exclude: [...withServer, 'program'].map((kind) => `**/*.${kind}.test.ts`).concat('**/node_modules/**'),
          // Property tests over many thousands of programs share two cores with everything else.
          testTimeout: 180_000,
          maxWorkers: '100%',
        },
        UNIT,
      ),
      project(
        'programs',
        {
          include: [...places, 'examples/*/test/**'].map((place) => `${place}/*.program.test.ts`),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: '100%',
        },
        PROGRAMS,
      ),
      serverProject('redis', 'redis', './test-support/src/global/redis.ts'),
      serverProject('cluster', 'cluster', './test-support/src/global/cluster.ts'),
      serverProject('sentinel', 'sentinel', './test-support/src/global/sentinel.ts'),
      serverProject('postgres', 'pg', './test-support/src/global/postgres.ts'),
      serverProject('server', 'server'),
      project('examples', {
        include: ['examples/*/test/**/*.test.ts'],
        exclude: ['**/*.program.test.ts', '**/node_modules/**'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
    ],
  },
});
