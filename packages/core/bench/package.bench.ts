import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Bench } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';

/** What `import '@xc/core'` weighs, and how long it takes in a fresh process, beside a module that is empty. */
const bench: Bench = {
  name: 'package',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'xc-core-bench-'));
    try {
      const [core, empty] = [join(folder, 'core.mjs'), join(folder, 'empty.mjs')];
      writeFileSync(core, await bundled(false));
      writeFileSync(empty, 'export {};');
      const rounds = Array.from({ length: settings.rounds }, () => ({ core: importMs(core), empty: importMs(empty) }));
      return [
        {
          name: 'import',
          unit: 'ms',
          value: median(rounds.map((round) => round.core)),
          peers: { 'an empty module': median(rounds.map((round) => round.empty)) },
        },
        { name: 'brotli', unit: 'bytes', value: brotliCompressSync(await bundled(true)).byteLength },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export default bench;

async function bundled(minify: boolean): Promise<Uint8Array> {
  const { outputFiles } = await build({
    // Benches run from the root of the workspace.
    entryPoints: ['packages/core/src/index.ts'],
    bundle: true,
    minify,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

function importMs(file: string): number {
  const script = `
    const before = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(performance.now() - before);
  `;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' }));
}
