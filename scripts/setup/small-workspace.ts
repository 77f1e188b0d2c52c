import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isOpenToAll } from '../../test-support/src/postgres-account.ts';
import { findPostgresBinaries } from '../../test-support/src/postgres-binaries.mjs';

const root = realpathSync(join(import.meta.dirname, '..', '..'));
const DEPENDENCY = 'tinybench';

/** A checkout with our set-up, one dependency to install and nothing else: it is set up within seconds. */
export interface SmallWorkspace extends Disposable {
  readonly folder: string;
  /** Starts `node scripts/setup.mjs` there. */
  setUp(purpose: string, options?: SetUpOptions): RunningSetUp;
  /** A folder for PATH that holds nothing but these programs. */
  binFolder(programs: readonly string[]): string;
}

/** How a set-up is started. */
export interface SetUpOptions extends Pick<SpawnOptions, 'uid' | 'gid'> {
  readonly env?: NodeJS.ProcessEnv;
  readonly nodeArgs?: readonly string[];
}

/** A set-up on its way. */
export interface RunningSetUp {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly ms: number }>;
}

/** Lays down a small workspace in a temporary folder. */
export function smallWorkspace(): SmallWorkspace {
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'xc-small-')));
  chmodSync(temporary, 0o755);
  const folder = join(temporary, 'checkout');
  for (const path of ['scripts/setup.mjs', 'scripts/setup', 'scripts/workspace.mjs', 'scripts/check'])
    copy(path, folder);
  for (const name of readdirSync(join(root, 'test-support', 'src')).filter((file) => file.endsWith('.mjs'))) {
    copy(join('test-support', 'src', name), folder);
  }
  const { version, integrity } = locked();
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('package.json', manifest(version));
  write('pnpm-workspace.yaml', 'packages: []\n');
  write('pnpm-lock.yaml', lockfile(version, integrity));
  return {
    folder,
    setUp: (purpose, options) => start(folder, purpose, options),
    binFolder(programs) {
      const bin = mkdtempSync(join(temporary, 'bin-'));
      chmodSync(bin, 0o755);
      for (const program of programs) symlinkSync(which(program), join(bin, program));
      return bin;
    },
    [Symbol.dispose]() {
      chmodSync(folder, 0o755);
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function start(folder: string, purpose: string, options: SetUpOptions = {}): RunningSetUp {
  const { env, nodeArgs = [], ...account } = options;
  const startedAt = performance.now();
  const child = spawn(
    account.uid === undefined ? process.execPath : nodeForAll(folder),
    [...nodeArgs, join(folder, 'scripts', 'setup.mjs'), purpose],
    {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', XC_POSTGRES_BIN: findPostgresBinaries(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    },
  );
  let output = '';
  const keep = (bytes: Buffer): void => {
    output += bytes.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise<{ code: number | null; output: string; ms: number }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output, ms: performance.now() - startedAt }));
  });
  return { child, output: () => output, ended };
}

/** This Node, copied to where every account may run it if it lies in somebody's own folder. */
function nodeForAll(folder: string): string {
  if (isOpenToAll(process.execPath)) return process.execPath;
  const place = join(folder, '..', 'node');
  cpSync(process.execPath, place);
  return place;
}

function copy(path: string, folder: string): void {
  const to = join(folder, path);
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(join(root, path), to, { recursive: true });
}

/** The version and the digest that our own lockfile has, so that no other version is ever asked for. */
function locked(): { readonly version: string; readonly integrity: string } {
  const text = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const found = new RegExp(`^  ${DEPENDENCY}@([\\d.]+):\\n    resolution: \\{integrity: (\\S+)\\}`, 'm').exec(text);
  if (found === null) throw new Error(`${DEPENDENCY} is not in pnpm-lock.yaml`);
  return { version: String(found[1]), integrity: String(found[2]) };
}

function manifest(version: string): string {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return JSON.stringify({
    name: 'small',
    private: true,
    type: 'module',
    packageManager,
    devDependencies: { [DEPENDENCY]: version },
  });
}

function lockfile(version: string, integrity: string): string {
  return `lockfileVersion: '9.0'

settings:
  autoInstallPeers: true
  excludeLinksFromLockfile: false

importers:

  .:
    devDependencies:
      ${DEPENDENCY}:
        specifier: ${version}
        version: ${version}

packages:

  ${DEPENDENCY}@${version}:
    resolution: {integrity: ${integrity}}
    engines: {node: '>=20.0.0'}

snapshots:

  ${DEPENDENCY}@${version}: {}
`;
}

function which(program: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${program} in PATH`);
  return program === 'node' ? process.execPath : found;
}
