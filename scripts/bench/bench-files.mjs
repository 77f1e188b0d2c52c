import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packages } from '../workspace.mjs';

/**
 * @typedef {{ package: import('../workspace.mjs').Package, title: string, file: string }} BenchFile
 */

/**
 * The benches of the named packages, or of all: `core`, or one of them: `core/error`.
 * @param {readonly string[]} asked
 * @returns {BenchFile[]}
 */
export function benchFiles(asked) {
  const all = packages().flatMap((one) => filesOf(one));
  const found = asked.map((wish) => ({ wish, files: all.filter((bench) => fits(bench, wish)) }));
  const unknown = found.filter(({ files }) => files.length === 0).map(({ wish }) => wish);
  if (unknown.length > 0) {
    console.error(
      `no bench for: ${unknown.join(', ')}; there are: ${all.map((one) => `${one.package.short}/${one.title}`).join(', ')}`,
    );
    process.exit(1);
  }
  return asked.length === 0 ? all : [...new Set(found.flatMap(({ files }) => files))];
}

/**
 * @param {BenchFile} bench
 * @param {string} wish
 */
function fits(bench, wish) {
  const [name, title] = wish.replace(/^@xc\//, '').split('/');
  return bench.package.short === name && (title === undefined || bench.title === title);
}

/**
 * @param {import('../workspace.mjs').Package} one
 * @returns {BenchFile[]}
 */
function filesOf(one) {
  const folder = join(one.folder, 'bench');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.bench.ts'))
    .sort()
    .map((name) => ({ package: one, title: name.slice(0, -'.bench.ts'.length), file: join(folder, name) }));
}
