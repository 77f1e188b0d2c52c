// Runs in a project that has installed the tarballs, on the Node under test: every subpath loads both ways with the
// same names, and the smoke program of every package works through either copy.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
/** @typedef {(specifier: string) => Promise<any>} Load */
const loaders = {
  import: /** @type {Load} */ ((specifier) => import(specifier)),
  require: /** @type {Load} */ (async (specifier) => require(specifier)),
};

for (const specifier of JSON.parse(readFileSync('specifiers.json', 'utf8'))) {
  assert.match(require.resolve(specifier), /\.cjs$/, `require('${specifier}') does not lead to CommonJS`);
  const [esm, cjs] = [await loaders.import(specifier), await loaders.require(specifier)];
  assert.deepEqual(namesOf(esm), namesOf(cjs), `${specifier}: import and require show different names`);
}

for (const program of readdirSync('smoke')) {
  const { default: smoke } = await import(new URL(`smoke/${program}`, import.meta.url).href);
  await attempt(`${program} through import`, () => smoke(loaders.import, loaders.require));
  await attempt(`${program} through require`, () => smoke(loaders.require, loaders.import));
}
console.log(`smoke: ok on Node ${process.version}`);

/** @param {object} namespace */
function namesOf(namespace) {
  return Object.keys(namespace)
    .filter((name) => !['default', 'module.exports', '__esModule'].includes(name))
    .sort();
}

/**
 * @param {string} what
 * @param {() => Promise<void>} run
 */
async function attempt(what, run) {
  try {
    await run();
  } catch (error) {
    throw new Error(`${what} on Node ${process.version}`, { cause: error });
  }
}
