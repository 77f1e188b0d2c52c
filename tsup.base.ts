import type { Options } from 'tsup';

/** One build for every package: ESM and CJS with their own declarations, Lua inlined as text. */
export function library(entry: Record<string, string>): Options {
  return {
    entry,
    format: ['esm', 'cjs'],
    target: 'es2022',
    platform: 'node',
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: false,
    removeNodeProtocol: false,
    loader: { '.lua': 'text' },
  };
}
