import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../workspace.mjs';
import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'lockfile',
  about: 'pnpm-lock.yaml fits every package.json and names no registry host',
  async run({ exec }) {
    refuseHosts();
    await exec(binary('pnpm'), ['install', '--frozen-lockfile', '--lockfile-only', '--ignore-scripts']);
  },
};

/** A host in the lockfile or in .npmrc would send everybody to the registry that one machine happened to use. */
function refuseHosts() {
  const lockfile = linesOf('pnpm-lock.yaml').filter(({ text }) =>
    /(tarball|resolution|registry)\b.*https?:/.test(text),
  );
  const npmrc = linesOf('.npmrc').filter(({ text }) => /https?:|^\s*(@[^:]+:)?registry\s*=|_authToken/.test(text));
  const found = [...lockfile, ...npmrc];
  if (found.length > 0)
    throw new Error(found.map(({ at, text }) => `${at}: names a registry host: ${text.trim()}`).join('\n'));
}

/** @param {string} file */
function linesOf(file) {
  return readFileSync(join(root, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ at: `${file}:${index + 1}`, text }));
}
