import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, packageFolders, readJson, root } from '../workspace.mjs';
import { CannotSetUp } from './cannot-set-up.mjs';
import { runGuarded } from './guarded.mjs';
import { installFailure } from './install-failure.mjs';

/** In the folder that an install fills, so that it goes away with it. */
const stamp = join(root, 'node_modules', '.xc-set-up');
/** Outside of it: it stands while an install runs, and stays when that is killed. */
const unfinished = join(cacheFolder, 'set-up', 'install-unfinished');

/**
 * Installs from the lockfile, unless what is installed fits it.
 * @param {import('./main.mjs').Say} say
 * @returns {Promise<boolean>} whether it did anything
 */
export async function install(say) {
  const folders = [root, ...workspaceFolders()];
  const manifests = folders.map((folder) => join(folder, 'package.json')).filter(existsSync);
  const key = keyOf([
    ...manifests,
    ...['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].map((name) => join(root, name)),
  ]);
  if (!existsSync(unfinished) && isStamped(key) && manifests.every(hasItsModules)) return false;

  const pnpm = readJson(join(root, 'package.json')).packageManager;
  if (existsSync(unfinished)) {
    say('an earlier install was not finished: removing its node_modules');
    for (const folder of folders) rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  }
  mkdirSync(dirname(unfinished), { recursive: true });
  writeFileSync(unfinished, '');
  const args = ['-y', pnpm, 'install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'];
  say(`installing from the lockfile: npx -y ${pnpm} install --frozen-lockfile`);
  const { code, output } = await runGuarded('npx', args, environment());
  if (code !== 0) throw new CannotSetUp(installFailure(output, pnpm));
  writeFileSync(stamp, key);
  rmSync(unfinished);
  return true;
}

/** The folders that pnpm-workspace.yaml names, `packages/*` spelled out. */
function workspaceFolders() {
  const sections = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/^(?=\S)/m);
  const packages = sections.find((section) => section.startsWith('packages:')) ?? '';
  const patterns = [...packages.matchAll(/^ +- ["']?([^"'\s]+)["']?$/gm)].map((match) => String(match[1]));
  return patterns.flatMap((pattern) =>
    pattern.endsWith('/*') ? packageFolders(pattern.slice(0, -2)) : [join(root, pattern)],
  );
}

/** @param {readonly string[]} files */
function keyOf(files) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of files) if (existsSync(file)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

/** @param {string} key */
function isStamped(key) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

/** @param {string} manifest */
function hasItsModules(manifest) {
  const { dependencies, devDependencies } = readJson(manifest);
  const needsSome = Object.keys({ ...dependencies, ...devDependencies }).length > 0;
  return !needsSome || existsSync(join(dirname(manifest), 'node_modules'));
}

/** Tests need what production does not, and an unreachable registry is told within seconds, not minutes. */
function environment() {
  // Under `npx node@22 ...` these say what the outer npx is to run, and would say it to ours.
  const { npm_config_package, npm_config_call, ...inherited } = process.env;
  return {
    ...inherited,
    NODE_ENV: 'development',
    npm_config_fetch_retries: '2',
    npm_config_fetch_retry_mintimeout: '1000',
    npm_config_fetch_retry_maxtimeout: '5000',
    npm_config_update_notifier: 'false',
    NO_COLOR: '1',
  };
}
