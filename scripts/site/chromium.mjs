import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine: `XC_CHROMIUM`, one on the PATH, or Debian's, installed on the spot where that is allowed. */
export function findChromium() {
  const found = onMachine();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('installing chromium: apt-get update && apt-get install -y --no-install-recommends chromium');
    apt('update');
    apt('install', '-y', '--no-install-recommends', 'chromium');
    const installed = onMachine();
    if (installed !== undefined) return installed;
  }
  throw new Error('no chromium on this machine: install it (sudo apt-get install -y chromium) or set XC_CHROMIUM');
}

/** @param {string[]} args */
function apt(...args) {
  const outcome = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (outcome.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${outcome.stderr}`);
}

function onMachine() {
  const named = process.env.XC_CHROMIUM;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(runs);
}

/** @param {string} file */
function runs(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a headless browser needs in a container, and what keeps it from calling home. */
export const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
