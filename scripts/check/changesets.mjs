import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, released } from '../release/digest.mjs';
import { packages, root } from '../workspace.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'changesets',
  about: 'a package that differs from its last release says so in a changeset',
  run() {
    const [announced, before] = [pending(), released()];
    const known = new Set(packages().map((one) => one.name));
    const silent = packages().filter((one) => before[one.name]?.digest !== digestOf(one) && !announced.has(one.name));
    const strangers = [...announced].filter((name) => !known.has(name));
    const faults = [
      ...silent.map((one) => `${one.name} changed since its last release: run pnpm changeset`),
      ...strangers.map((name) => `.changeset names ${name}, which is no package here`),
    ];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  },
};

/** Names in the front matter of the changesets that wait for a release. */
function pending() {
  const folder = join(root, '.changeset');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const names = files.flatMap((file) => {
    const front = /^---\n([\s\S]*?)\n---/.exec(readFileSync(join(folder, file), 'utf8'))?.[1] ?? '';
    return [...front.matchAll(/^['"]?([^'":]+)['"]?:\s*(major|minor|patch)\s*$/gm)].map((match) => match[1] ?? '');
  });
  return new Set(names);
}
