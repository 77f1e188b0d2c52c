import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyOut, templates } from '../examples/copy-out.mjs';
import { every } from './exec.mjs';
import { localRegistry } from './local-registry.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'examples',
  about: 'every template copied out of the house, on the packed tarballs, passes its own type check and test',
  needs: ['pack'],
  async run({ exec }) {
    const registry = await localRegistry(exec);
    const outside = mkdtempSync(join(tmpdir(), 'xc-copied-out-'));
    try {
      await every(templates().map((story) => prove(exec, story, join(outside, story), registry.npmrc)));
    } finally {
      registry.close();
      rmSync(outside, { recursive: true, force: true });
    }
  },
};

/**
 * @param {import('./exec.mjs').Exec} exec
 * @param {string} story
 * @param {string} folder
 * @param {string} npmrc
 */
async function prove(exec, story, folder, npmrc) {
  copyOut(story, folder);
  appendFileSync(join(folder, '.npmrc'), npmrc);
  await exec('npm', ['install', '--prefer-offline', '--loglevel=error'], { cwd: folder });
  await exec('npm', ['run', 'check', '--if-present'], { cwd: folder });
  await exec('npm', ['test'], { cwd: folder });
}
