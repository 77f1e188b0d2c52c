import { readFile } from 'node:fs/promises';
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
    esbuildPlugins: [luaText],
  };
}

/** Lua is inlined without its comments and its indentation: users send it over the wire, readers have the sources. */
const luaText: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'lua-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.lua$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll(/^\s*(--.*)?\n|^\s+/gm, ''), loader: 'text' };
    });
  },
};
