import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { cacheFolder, root } from '../workspace.mjs';

/**
 * Turns a bench and our sources into one plain module: no loader stands between V8 and what is measured. Rivals stay
 * outside and run as they were published.
 * @param {import('./bench-files.mjs').BenchFile} bench
 * @returns {Promise<string>} the file to run
 */
export async function bundle(bench) {
  const outfile = join(cacheFolder, 'bench', bench.package.short, `${bench.title}.mjs`);
  await build({
    entryPoints: [bench.file],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@xc/source'],
    loader: { '.lua': 'text' },
    logLevel: 'warning',
    plugins: [publishedRivals],
  });
  return outfile;
}

/**
 * A third party is looked for where the importing package declares it, then where the rivals live.
 * @type {import('esbuild').Plugin}
 */
const publishedRivals = {
  name: 'published-rivals',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, pluginData }) => {
      if (pluginData === 'asked' || kind === 'entry-point' || path.startsWith('node:')) return undefined;
      for (const resolveDir of [dirname(importer), join(root, 'bench')]) {
        const found = await resolve(path, { kind, resolveDir, pluginData: 'asked' });
        if (found.errors.length > 0) continue;
        if (path.startsWith('@xc/') || found.external) return found;
        return { path: pathToFileURL(found.path).href, external: true };
      }
      return undefined;
    });
  },
};
