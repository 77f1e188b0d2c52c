import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, packages } from '../workspace.mjs';
import { every } from './exec.mjs';

const compilers = ['typescript', 'typescript-5.9', 'typescript-7'];

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'types',
  about: 'tsc 5.9, 6 and 7 over the sources, the legacy dialect, the examples and these scripts',
  async run({ exec }) {
    /** @param {string} compiler @param {string} project */
    const check = (compiler, project) =>
      exec('node', [join('node_modules', compiler, 'bin', 'tsc'), '--noEmit', '--pretty', 'false', '-p', project]);
    const everywhere = ['tsconfig.json', ...legacyProjects()];
    await every([
      ...everywhere.flatMap((project) => compilers.map((compiler) => check(compiler, project))),
      ...['scripts/tsconfig.json', ...exampleProjects()].map((project) => check('typescript', project)),
    ]);
  },
};

/** Tests written in the decorator dialect of `experimentalDecorators` have a tsconfig of their own. */
function legacyProjects() {
  return packages()
    .map((one) => join(one.folder, 'test', 'legacy', 'tsconfig.json'))
    .filter((file) => existsSync(file));
}

/** An example that is copied out brings its own tsconfig; one that has none is covered by the root's. */
function exampleProjects() {
  return packageFolders('examples')
    .map((folder) => join(folder, 'tsconfig.json'))
    .filter((file) => existsSync(file));
}
