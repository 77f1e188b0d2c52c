import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packages } from '../workspace.mjs';
import { every } from './exec.mjs';

const compilers = ['typescript', 'typescript-5.9', 'typescript-7'];

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'types',
  about: 'tsc 5.9, 6 and 7 over all sources and the legacy dialect, tsc 6 over these scripts',
  async run({ exec }) {
    /** @param {string} compiler @param {string} project */
    const check = (compiler, project) =>
      exec('node', [join('node_modules', compiler, 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', project]);
    const everywhere = ['tsconfig.json', ...legacyProjects()];
    await every([
      ...everywhere.flatMap((project) => compilers.map((compiler) => check(compiler, project))),
      check('typescript', 'scripts/tsconfig.json'),
    ]);
  },
};

/** Tests written in the decorator dialect of `experimentalDecorators` have a tsconfig of their own. */
function legacyProjects() {
  return packages()
    .map((one) => join(one.folder, 'test', 'legacy', 'tsconfig.json'))
    .filter((file) => existsSync(file));
}
