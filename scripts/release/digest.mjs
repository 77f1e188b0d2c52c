import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from '../workspace.mjs';

/** What the sources of each package were when it was last released; written by the release, never by hand. */
export const recordFile = join(root, '.changeset', 'released.json');

/** @returns {Record<string, { version: string, digest: string }>} */
export function released() {
  return existsSync(recordFile) ? readJson(recordFile) : {};
}

/**
 * A fingerprint of all that a user gets of a package: its sources and its manifest, without the version.
 * It needs no history, so it is the same in a shallow clone.
 * @param {import('../workspace.mjs').Package} one
 */
export function digestOf(one) {
  const { version: _version, devDependencies: _tools, ...manifest } = one.manifest;
  const hash = createHash('sha256').update(JSON.stringify(manifest));
  const source = join(one.folder, 'src');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(ts|lua)$/.test(name) || /\.(test|test-d)\.ts$/.test(name)) continue;
    hash.update(`\0${name}\0`).update(readFileSync(join(source, name)));
  }
  return hash.digest('hex').slice(0, 32);
}
