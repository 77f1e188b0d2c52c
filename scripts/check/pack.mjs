import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, packages } from '../workspace.mjs';
import { binary, every } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'pack',
  about: 'pnpm pack: the tarballs exactly as they would be published, without a test in them',
  needs: ['build'],
  async run({ exec }) {
    rmSync(tarballs(), { recursive: true, force: true });
    mkdirSync(tarballs(), { recursive: true });
    const faults = (await every(packages().map((one) => packAndInspect(exec, one)))).flat();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  },
};

/** Where the packed packages of this checkout lie. */
function tarballs() {
  return join(cacheFolder, 'tarballs');
}

/**
 * The packed file of a package.
 * @param {import('../workspace.mjs').Package} one
 */
export function tarballOf(one) {
  return join(tarballs(), `xc-${one.short}-${one.manifest.version}.tgz`);
}

/**
 * @param {import('./exec.mjs').Exec} exec
 * @param {import('../workspace.mjs').Package} one
 * @returns {Promise<string[]>}
 */
async function packAndInspect(exec, one) {
  await exec(binary('pnpm'), ['pack', '--pack-destination', tarballs()], { cwd: one.folder });
  const files = (await exec('tar', ['-tzf', tarballOf(one)])).trim().split('\n');
  const manifest = JSON.parse(await exec('tar', ['-xzOf', tarballOf(one), 'package/package.json']));
  const faults = [...testsIn(files), ...missing(files), ...workspaceRanges(manifest)];
  return faults.map((fault) => `${one.name}: ${fault}`);
}

/** @param {readonly string[]} files */
function testsIn(files) {
  return files
    .filter((file) => /\.test(-d)?\.|\/(test|bench)\//.test(file))
    .map((file) => `the tarball contains ${file}`);
}

/** @param {readonly string[]} files */
function missing(files) {
  return ['package/LICENSE', 'package/README.md']
    .filter((file) => !files.includes(file))
    .map((file) => `the tarball lacks ${file}`);
}

/** @param {Record<string, Record<string, string>>} manifest */
function workspaceRanges(manifest) {
  return ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, range]) => range.startsWith('workspace:'))
      .map(([name, range]) => `${field} of the tarball ask for ${name}@${range}`),
  );
}
