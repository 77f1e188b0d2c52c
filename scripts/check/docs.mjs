import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'docs',
  about: 'TypeDoc: every public symbol documented; docs/reference, benchmark page and code in READMEs up to date',
  async run({ exec }) {
    const fresh = mkdtempSync(join(tmpdir(), 'xc-reference-'));
    try {
      await exec('node', ['scripts/docs/snippets.mjs', '--check']);
      await exec('node', ['scripts/docs/reference.mjs', fresh]);
      const drift = differences(fresh, join(root, 'docs', 'reference'));
      const figures = join(fresh, 'benchmarks.md');
      await exec('node', ['scripts/docs/benchmarks.mjs', figures]);
      if (readFileSync(figures, 'utf8') !== readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8'))
        drift.push('docs/benchmarks.md is not what bench/results says');
      if (drift.length > 0) throw new Error(`${drift.join('\n')}\nrun pnpm docs:reference and commit what it writes`);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  },
};

/**
 * @param {string} fresh
 * @param {string} committed
 */
function differences(fresh, committed) {
  const [now, then] = [pages(fresh), pages(committed)];
  return [...new Set([...now.keys(), ...then.keys()])].sort().flatMap((page) => {
    if (now.get(page) === then.get(page)) return [];
    const what = !then.has(page) ? 'is missing' : !now.has(page) ? 'is of something that is gone' : 'is stale';
    return [`docs/reference/${page} ${what}`];
  });
}

/** @param {string} folder */
function pages(folder) {
  if (!existsSync(folder)) return new Map();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
