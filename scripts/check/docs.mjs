import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../workspace.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'docs',
  about: 'TypeDoc: every public symbol documented; docs/reference, benchmark page and code in READMEs up to date',
  async run({ exec }) {
    const fresh = mkdtempSync(join(tmpdir(), 'xc-reference-'));
    try {
      const figures = join(fresh, 'figures', 'benchmarks.md');
      mkdirSync(dirname(figures));
      // One after the other, and each to its end: a symbol without a word does not hide a page that is stale.
      const faults = [
        await messageOf(exec('node', ['scripts/docs/snippets.mjs', '--check'])),
        await messageOf(exec('node', ['scripts/docs/reference.mjs', join(fresh, 'reference')])),
        await messageOf(exec('node', ['scripts/docs/benchmarks.mjs', figures])),
        ...differences(join(fresh, 'reference'), join(root, 'docs', 'reference')),
        ...staleFigures(figures),
      ].filter((fault) => fault !== '');
      if (faults.length > 0) throw new Error(`${faults.join('\n')}\nrun pnpm docs:reference and commit what it writes`);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  },
};

/** @param {Promise<unknown>} command */
function messageOf(command) {
  return command.then(
    () => '',
    (error) => `${error.message}\n`,
  );
}

/** @param {string} fresh */
function staleFigures(fresh) {
  const same = readFileSync(fresh, 'utf8') === readFileSync(join(root, 'docs', 'benchmarks.md'), 'utf8');
  return same ? [] : ['docs/benchmarks.md is not what bench/results says'];
}

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
