import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes that `root` started, and those that these started. */
export function descendants(root: number): readonly number[] {
  const parents = process.platform === 'linux' ? parentsFromProc() : parentsFromPs();
  const below = (pid: number): number[] =>
    parents.filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
  return below(root);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** How a process was started; empty when it is gone. */
export function commandLine(pid: number): string {
  if (process.platform !== 'linux') return spawnSync('ps', ['-o', 'command=', '-p', String(pid)]).stdout.toString();
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function parentsFromProc(): [child: number, parent: number][] {
  return readdirSync('/proc').flatMap((entry): [number, number][] => {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      return [[Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
    } catch {
      return [];
    }
  });
}

function parentsFromPs(): [child: number, parent: number][] {
  const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'latin1' }).stdout.trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}
