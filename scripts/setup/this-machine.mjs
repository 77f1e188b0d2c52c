import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** What decides how a program can be installed here. */
export async function thisMachine() {
  return {
    platform: process.platform,
    osRelease: readOsRelease(),
    isRoot: process.getuid?.() === 0,
    mayBecomeRoot: await works('sudo', ['-n', 'true']),
    hasBrew: await works('brew', ['--version']),
  };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 */
function works(command, args) {
  return run(command, args).then(
    () => true,
    () => false,
  );
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
