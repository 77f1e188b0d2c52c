// Lets plain `node` run the sources: TypeScript through tsx, every @xc package from its `src` (the `@xc/source` export
// condition) and Lua files as text. Nothing has to be built before the demo starts, on Node 20 as on Node 24.
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { register as registerTypeScript } from 'tsx/esm/api';

// The loader thread imports this file a second time, as the hooks themselves.
if (isMainThread) {
  registerTypeScript();
  register(import.meta.url);
}

export function resolve(specifier, context, next) {
  return next(specifier, { ...context, conditions: ['@xc/source', ...context.conditions] });
}

export async function load(url, context, next) {
  if (!url.endsWith('.lua')) return next(url, context);
  const lua = await readFile(new URL(url), 'utf8');
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(lua)};` };
}
