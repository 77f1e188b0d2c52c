import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { vague } from '../check/house/names.mjs';
import { root } from '../workspace.mjs';

/**
 * Why a package cannot be called so; undefined when it can.
 * @param {string} name
 */
export function whyNot(name) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    return `name must be kebab-case letters and digits, without @xc/, got ${name}`;
  if (name.length > 30) return `name must have at most 30 letters, got ${name.length}`;
  if (vague(name)) return `'${name}' names no idea: call the package after what it does`;
  if (isTaken(join(root, 'packages', name))) return `packages/${name} exists already`;
  return undefined;
}

/** What installing and building leave behind is no package. @param {string} folder */
function isTaken(folder) {
  return existsSync(folder) && readdirSync(folder).some((entry) => !['node_modules', 'dist'].includes(entry));
}
