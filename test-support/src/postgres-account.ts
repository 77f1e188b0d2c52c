import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from './keeper.ts';

/**
 * Whom PostgreSQL's processes belong to: it refuses to be run by root, so root hands it to an account that every system
 * has and that may do nothing; everybody else runs it themselves.
 */
export function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':'));
  const entry = fields.find(([name]) => name === 'nobody') ?? fields.find(([, , uid]) => Number(uid) > 0);
  if (entry === undefined) throw new Error('PostgreSQL may not run as root, and /etc/passwd has no other account');
  // macOS writes nobody as -2, the kernel as an unsigned number.
  return { uid: Number(entry[2]) >>> 0, gid: Number(entry[3]) >>> 0 };
}

/** Whether an unprivileged account may walk to this path: root's own folder, for instance, is closed to it. */
export function isOpenToAll(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
