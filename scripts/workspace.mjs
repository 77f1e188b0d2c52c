import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {{ subpath: string, specifier: string, source: string, file: string }} Entry
 * @typedef {{ name: string, short: string, folder: string, manifest: Record<string, any>, entries: Entry[], uses: string[] }} Package
 */

/** The checkout this script lies in. */
export const root = dirname(import.meta.dirname);

/** Folder of everything that may be thrown away and is kept between runs. */
export const cacheFolder = join(root, '.cache');

/**
 * Reads a JSON file.
 * @param {string} file
 * @returns {any}
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Folders with a package.json directly under `parent`.
 * @param {string} parent relative to the root
 */
export function packageFolders(parent) {
  const folder = join(root, parent);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'package.json')))
    .sort();
}

/**
 * Every published package, those it depends on first.
 * @returns {Package[]}
 */
export function packages() {
  const found = new Map(
    packageFolders('packages').map((folder) => [readJson(join(folder, 'package.json')).name, folder]),
  );
  /** @type {Map<string, Package>} */
  const ordered = new Map();
  /** @param {string} name */
  const visit = (name) => {
    const folder = found.get(name);
    if (folder === undefined || ordered.has(name)) return;
    const one = readPackage(folder);
    for (const used of one.uses) visit(used);
    ordered.set(name, one);
  };
  for (const name of found.keys()) visit(name);
  return [...ordered.values()];
}

/**
 * @param {string} folder
 * @returns {Package}
 */
function readPackage(folder) {
  const manifest = readJson(join(folder, 'package.json'));
  const entries = Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, target]) => ({
      subpath,
      specifier: manifest.name + subpath.slice(1),
      source: join(folder, target['@xc/source']),
      file: join(folder, target.import.default),
    }));
  const uses = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) =>
    name.startsWith('@xc/'),
  );
  return { name: manifest.name, short: manifest.name.slice('@xc/'.length), folder, manifest, entries, uses };
}
