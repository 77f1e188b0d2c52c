// Measures packages beside their peers: `pnpm bench [package[/bench]]... [--check] [--quick]`.
import { parseArgs } from 'node:util';
import { benchFiles } from './bench/bench-files.mjs';
import { shortfalls } from './bench/gates.mjs';
import { measure } from './bench/measure.mjs';
import { keep } from './bench/results.mjs';
import { table } from './bench/table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean' }, quick: { type: 'boolean' } },
});

const chosen = benchFiles(positionals);
/** @type {Map<string, Record<string, import('./bench/results.mjs').Case[]>>} */
const measured = new Map();

for (const bench of chosen) {
  process.stdout.write(`${bench.package.short}/${bench.title} ...`);
  const started = performance.now();
  const { name, cases } = await measure(bench, { quick: values.quick ?? false });
  console.log(` ${((performance.now() - started) / 1000).toFixed(1)} s`);
  console.log(table(cases.map((one) => [`  ${one.name}`, amount(one.value, one.unit), peers(one)])));
  measured.set(bench.package.short, { ...measured.get(bench.package.short), [name]: cases });
  // A quick run tells whether a bench works; its figures are worth nothing to a reader.
  if (!values.quick) keep(bench.package, name, cases);
}

if (values.check) check();

function check() {
  const whole = positionals.every((one) => !one.includes('/'));
  const short = shortfalls(measured, { whole });
  if (short.rows.length === 0) console.log(`gates: all ${short.held} hold`);
  else {
    console.log(`gates that fall short, ${short.rows.length} of ${short.rows.length + short.held}:`);
    console.log(table([['  gate', 'measured', 'demanded'], ...short.rows]));
    process.exitCode = 1;
  }
}

/** @param {import('./bench/results.mjs').Case} one */
function peers(one) {
  return Object.entries(one.peers ?? {})
    .map(([peer, value]) => `${peer} ${amount(value, one.unit)}`)
    .join(', ');
}

/**
 * @param {number} value
 * @param {string} unit
 */
function amount(value, unit) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}
