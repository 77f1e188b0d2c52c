// Writes docs/benchmarks.md from bench/results: `node scripts/docs/benchmarks.mjs [file]`.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from '../workspace.mjs';

const target = process.argv[2] ?? join(root, 'docs', 'benchmarks.md');
const folder = join(root, 'bench', 'results');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
writeFileSync(target, [preface(), ...files.sort().map((name) => sectionOf(readJson(join(folder, name))))].join('\n'));

function preface() {
  return `# Benchmarks

Measured by \`pnpm bench\`: ours and the peers in the same run, in interleaved rounds, medians. The last column says what a
figure is in terms of the peer's: below 1 is better for times and bytes, above 1 is better for calls per second. Figures of
one machine tell how things compare, not how fast yours will be; run them yourself.
`;
}

/** @param {{ package: string, machine: Record<string, string | number>, node: string, peers: Record<string, string>, benches: Record<string, import('../bench/results.mjs').Case[]> }} results */
function sectionOf({ package: name, machine, node, peers, benches }) {
  const versions = Object.entries(peers).map(([peer, version]) => `${peer} ${version}`);
  const where = `Node ${node.slice(1)}, ${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB`;
  const tables = Object.entries(benches).map(([bench, cases]) => `### ${bench}\n\n${tableOf(cases)}`);
  return `## ${name}\n\n${[where, ...versions].join('; ')}.\n\n${tables.join('\n')}`;
}

/** @param {readonly import('../bench/results.mjs').Case[]} cases */
function tableOf(cases) {
  const rows = cases.map((one) => {
    const peers = Object.entries(one.peers ?? {});
    const theirs = peers.map(([peer, value]) => `${peer} ${amount(value, one.unit)}`).join('<br>');
    const ratios = peers.map(([, value]) => (one.value / value).toPrecision(2)).join('<br>');
    return `| ${one.name} | ${amount(one.value, one.unit)} | ${theirs} | ${ratios} |`;
  });
  return `| case | ours | peers | ratio |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/**
 * @param {number} value
 * @param {string} unit
 */
function amount(value, unit) {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit === 'ratio' ? '' : unit}`.trim();
}
