import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The pids of all processes below this one, parents before their children. */
export function descendants(root) {
  const pairs = process.platform === 'linux' ? fromProc() : fromPs();
  const below = (parent) => pairs.filter((pair) => pair[1] === parent).flatMap(([pid]) => [pid, ...below(pid)]);
  return below(root);
}

function fromProc() {
  const pairs = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      // The name in brackets may hold anything, so the fields are counted from its last bracket: state, then parent.
      pairs.push([Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]);
    } catch {
      // It ended between the listing and the look.
    }
  }
  return pairs;
}

function fromPs() {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'latin1' }).stdout.trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number));
}
