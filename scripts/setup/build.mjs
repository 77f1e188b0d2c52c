import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildInOrder } from '../check/build.mjs';
import { exec } from '../check/exec.mjs';
import { cacheFolder, packages, root } from '../workspace.mjs';
import { CannotSetUp } from './cannot-set-up.mjs';

const stamps = join(cacheFolder, 'set-up', 'built');

/**
 * Builds the packages whose sources have changed since their last build here, so that whoever imports a package from this
 * checkout gets what its sources say. Tests and demo read the sources themselves.
 * @param {import('./main.mjs').Say} say
 * @returns {Promise<boolean>} whether it did anything
 */
export async function build(say) {
  const stale = packages()
    .map((one) => ({ one, key: keyOf(one.folder), stamp: join(stamps, one.short) }))
    .filter(({ one, key, stamp }) => !one.entries.every(({ file }) => existsSync(file)) || read(stamp) !== key);
  if (stale.length === 0) return false;
  say(`building ${stale.map(({ one }) => one.name).join(', ')}`);
  try {
    await buildInOrder(
      exec,
      stale.map(({ one }) => one),
    );
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error))
      .split('\n')
      .find((line) => /error/i.test(line));
    throw new CannotSetUp(`the build is broken (${reason?.trim()}): type npm run build`);
  }
  mkdirSync(stamps, { recursive: true });
  for (const { key, stamp } of stale) writeFileSync(stamp, key);
  return true;
}

/** @param {string} folder */
function keyOf(folder) {
  const hash = createHash('sha256');
  const shared = ['tsup.base.ts', 'tsconfig.base.json', 'tsconfig.json'].map((name) => join(root, name));
  const own = ['package.json', 'tsup.config.ts', 'tsconfig.json'].map((name) => join(folder, name));
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of [...shared, ...own, ...sources]) {
    if (existsSync(file)) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** @param {string} file */
function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
