import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** The package as its users get it, built into a folder of its own. */
export interface BuiltPackage extends AsyncDisposable {
  /** The path of a built file, such as `index.js`, `index.cjs` or `testing.js`. */
  file(name: string): string;
  /** Runs an ES module in a fresh process, with `core` and `require` (of this build) at hand. */
  run(script: string, ...flags: string[]): Promise<Finished>;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export async function buildPackage(): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'xc-core-'));
  await build({
    config: join(packageFolder, 'tsup.config.ts'),
    entry: {
      index: join(packageFolder, 'src/index.ts'),
      context: join(packageFolder, 'src/context.ts'),
      testing: join(packageFolder, 'src/testing/index.ts'),
    },
    outDir: folder,
    dts: false,
    silent: true,
  });
  const file = (name: string) => join(folder, name);
  return {
    file,
    run: (script, ...flags) => runModule(`${prelude(file)}\n${script}`, flags),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function prelude(file: (name: string) => string): string {
  return `
    import { createRequire } from 'node:module';
    import * as core from ${JSON.stringify(file('index.js'))};
    const require = createRequire(${JSON.stringify(file('index.js'))});
  `;
}

function runModule(script: string, flags: readonly string[]): Promise<Finished> {
  const started = performance.now();
  return new Promise((resolve) => {
    const args = [...flags, '--input-type=module', '--eval', script];
    execFile(process.execPath, args, { timeout: 20_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, stdout, stderr, ms: performance.now() - started });
    });
  });
}
