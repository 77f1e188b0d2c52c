// Copies an example out of the house, ready to be somebody's own project: `pnpm copy-example <story> <folder>`.
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageFolders, packages, readJson, root } from '../workspace.mjs';

const left = new Set(['node_modules', 'dist', '.cache']);
const fields = ['dependencies', 'devDependencies', 'peerDependencies'];

/** The demo belongs to the house and starts its servers; every other example is a template. */
export function templates() {
  return packageFolders('examples')
    .map((folder) => basename(folder))
    .filter((story) => story !== 'atlas');
}

/**
 * @param {string} story folder name under examples/
 * @param {string} target an empty or missing folder
 */
export function copyOut(story, target) {
  const folder = join(root, 'examples', story);
  if (!templates().includes(story))
    throw new RangeError(`no template '${story}'; there are: ${templates().join(', ')}`);
  if (existsSync(target) && readdirSync(target).length > 0) throw new RangeError(`${target} is not empty`);
  const manifest = withPublishedRanges(readJson(join(folder, 'package.json')));
  cpSync(folder, target, { recursive: true, filter: (path) => !left.has(basename(path)) });
  refuseOutsideFiles(target);
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @param {Record<string, any>} manifest */
function withPublishedRanges(manifest) {
  const versions = new Map(packages().map((one) => [one.name, one.manifest.version]));
  const changed = fields
    .filter((field) => manifest[field] !== undefined)
    .map((field) => {
      const ranges = Object.entries(manifest[field]).map(([name, range]) => [
        name,
        publishedRange(name, range, versions),
      ]);
      return [field, Object.fromEntries(ranges)];
    });
  return { ...manifest, ...Object.fromEntries(changed) };
}

/**
 * `workspace:^` becomes `^1.2.3`, `workspace:~` becomes `~1.2.3`, `workspace:*` the version itself.
 * @param {string} name
 * @param {string} range
 * @param {ReadonlyMap<string, string>} versions
 */
function publishedRange(name, range, versions) {
  if (!range.startsWith('workspace:')) return range;
  const version = versions.get(name);
  if (version === undefined) throw new Error(`a template cannot use ${name}: it is not published`);
  return `${/^workspace:([~^]?)/.exec(range)?.[1] ?? ''}${version}`;
}

/**
 * A path that leaves the folder would lead nowhere in somebody's own project.
 * @param {string} target
 */
function refuseOutsideFiles(target) {
  for (const name of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(json|[cm]?[jt]s)$/.test(name)) continue;
    const outside = '../'.repeat(name.split(/[\\/]/).length);
    const text = readFileSync(join(target, name), 'utf8');
    if (text.includes(`'${outside}`) || text.includes(`"${outside}`))
      throw new Error(`${name} reaches out of its example`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [story, target] = process.argv.slice(2);
  if (story === undefined || target === undefined) {
    console.error(`usage: pnpm copy-example <story> <folder>\nstories: ${templates().join(', ')}`);
    process.exit(1);
  }
  copyOut(story, target);
  console.log(`copied ${story} to ${target}; next: cd ${target} && npm install && npm test`);
}
