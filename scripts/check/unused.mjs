import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, readJson, root } from '../workspace.mjs';
import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'unused',
  about: 'knip: files, exports and dependencies that nobody uses; rivals that no bench measures',
  async run({ exec }) {
    refuseIdleRivals();
    await exec(binary('knip'), ['--no-progress', '--no-config-hints']);
  },
};

/** knip looks for a use in the folder of the package.json; rivals are used in the benches of other packages. */
function refuseIdleRivals() {
  const folders = [join(root, 'bench'), ...packages().map((one) => join(one.folder, 'bench'))];
  const sources = folders.flatMap((folder) => textsIn(folder)).join('\n');
  const idle = Object.keys(readJson(join(root, 'bench', 'package.json')).dependencies).filter(
    (name) => !sources.includes(`'${name}'`) && !sources.includes(`'${name}/`),
  );
  if (idle.length > 0) throw new Error(`bench/package.json: no bench imports ${idle.join(', ')}`);
}

/** @param {string} folder */
function textsIn(folder) {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    return names.map((name) => readFileSync(join(folder, name), 'utf8'));
  } catch {
    return [];
  }
}
