import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../workspace.mjs';

/** Every Node that a package must run on. */
export const nodeMajors = [20, 22, 24];

/**
 * The path of a Node of that major version: this one, or one installed from the registry and kept between runs.
 * @param {import('./exec.mjs').Exec} exec
 * @param {number} major
 */
export async function nodeBinary(exec, major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(cacheFolder, `node-${major}`);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    await exec('npm', ['install', '--no-audit', '--no-fund', `node@${major}`], { cwd: folder });
  }
  if (!existsSync(binary)) throw new Error(`npm install node@${major} left no binary in ${folder}`);
  return binary;
}
