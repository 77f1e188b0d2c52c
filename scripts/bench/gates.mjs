import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from '../workspace.mjs';

/**
 * @typedef {import('./results.mjs').Case} Case
 * @typedef {{ max?: number, min?: number, maxRatio?: Ratio, minRatio?: Ratio }} Gate
 * @typedef {{ peer: string, ratio: number }} Ratio
 * @typedef {Map<string, Record<string, readonly Case[]>>} Measured
 */

/**
 * Holds what was measured against bench/gates.json: `{ "core/errors/with stack": { "max": 2500 } }`.
 * @param {Measured} measured by package, then by name of the bench
 * @param {{ whole: boolean }} options whether every bench of those packages has run, so that a missing case is a fault
 * @returns {{ held: number, rows: string[][] }}
 */
export function shortfalls(measured, { whole }) {
  const file = join(root, 'bench', 'gates.json');
  /** @type {Record<string, Gate>} */
  const gates = existsSync(file) ? readJson(file) : {};
  /** @type {string[][]} */
  const rows = [];
  let held = 0;
  for (const [id, gate] of Object.entries(gates)) {
    const [short = '', bench = '', ...rest] = id.split('/');
    const benches = measured.get(short);
    if (benches === undefined || (!whole && benches[bench] === undefined)) continue;
    const found = benches[bench]?.find((one) => one.name === rest.join('/'));
    const faults = found === undefined ? [['nothing', 'a case of that name']] : broken(gate, found);
    rows.push(...faults.map((fault) => [`  ${id}`, ...fault]));
    if (faults.length === 0) held += 1;
  }
  return { held, rows };
}

/**
 * Pairs of what was measured and what was demanded.
 * @param {Gate} gate
 * @param {Case} one
 * @returns {string[][]}
 */
function broken(gate, one) {
  /** @type {string[][]} */
  const faults = [];
  const { value, unit } = one;
  if (gate.max !== undefined && !(value <= gate.max)) faults.push([figure(value, unit), `at most ${gate.max} ${unit}`]);
  if (gate.min !== undefined && !(value >= gate.min))
    faults.push([figure(value, unit), `at least ${gate.min} ${unit}`]);
  for (const [bound, ratio] of /** @type {const} */ ([
    ['at most', gate.maxRatio],
    ['at least', gate.minRatio],
  ])) {
    if (ratio === undefined) continue;
    const of = one.peers?.[ratio.peer];
    const actual = of === undefined ? Number.NaN : value / of;
    const holds = bound === 'at most' ? actual <= ratio.ratio : actual >= ratio.ratio;
    if (!holds)
      faults.push([
        of === undefined ? `no ${ratio.peer}` : figure(actual, 'x'),
        `${bound} ${ratio.ratio} x ${ratio.peer}`,
      ]);
  }
  return faults;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function figure(value, unit) {
  return `${Number(value.toPrecision(4))} ${unit}`;
}
