import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { readJson, root } from '../workspace.mjs';

/**
 * @typedef {{ name: string, unit: string, value: number, peers?: Record<string, number> }} Case
 */

/**
 * Writes the figures of one bench into the results of its package, with all that a reader needs to judge them.
 * @param {import('../workspace.mjs').Package} one
 * @param {string} name
 * @param {readonly Case[]} cases
 */
export function keep(one, name, cases) {
  const file = join(root, 'bench', 'results', `${one.short}.json`);
  const before = existsSync(file) ? readJson(file) : {};
  const benches = { ...before.benches, [name]: cases.map(rounded) };
  const results = {
    package: one.name,
    machine: machine(),
    node: process.version,
    peers: { ...before.peers, ...peerVersions(one, cases) },
    benches: Object.fromEntries(Object.entries(benches).sort(([a], [b]) => a.localeCompare(b))),
  };
  mkdirSync(join(root, 'bench', 'results'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** What it ran on, but not whose it is. */
function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: platform(),
    arch: arch(),
  };
}

/**
 * Four digits: what lies behind them is noise.
 * @param {Case} one
 * @returns {Case}
 */
function rounded({ name, unit, value, peers }) {
  const four = (/** @type {number} */ figure) => Number(figure.toPrecision(4));
  const others = Object.entries(peers ?? {}).map(([peer, figure]) => [peer, four(figure)]);
  return { name, unit, value: four(value), ...(others.length > 0 ? { peers: Object.fromEntries(others) } : {}) };
}

/**
 * Versions of those peers that are packages; a naive floor has none.
 * @param {import('../workspace.mjs').Package} one
 * @param {readonly Case[]} cases
 */
function peerVersions(one, cases) {
  const names = new Set(
    cases.flatMap((each) => Object.keys(each.peers ?? {}).map((peer) => peer.split(' ')[0] ?? peer)),
  );
  const found = [...names].sort().flatMap((name) => {
    const manifest = [one.folder, join(root, 'bench'), root]
      .map((folder) => join(folder, 'node_modules', name, 'package.json'))
      .find((file) => existsSync(file));
    return manifest === undefined ? [] : [[name, readJson(manifest).version]];
  });
  return Object.fromEntries(found);
}
