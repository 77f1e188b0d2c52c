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
    // Chunks are shared by the ES modules alone, tsup's default. Its CommonJS chunks go through a second compiler, which takes
    // the private field in `this.#name = value` for an exported binding called `name` and overwrites that.
    treeshake: false,
    removeNodeProtocol: false,
    loader: { '.lua': 'text' },
  };
}
