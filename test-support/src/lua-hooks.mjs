import { readFile } from 'node:fs/promises';

/** Loads a Lua file as a module whose default export is its text. */
export async function load(url, context, nextLoad) {
  if (!new URL(url).pathname.endsWith('.lua')) return nextLoad(url, context);
  const text = await readFile(new URL(url), 'utf8');
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(text)};` };
}
