import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages, readJson, root } from '../workspace.mjs';
import { writeTypeConsumers } from './consumer/type-consumers.mjs';
import { every } from './exec.mjs';
import { localRegistry } from './local-registry.mjs';
import { nodeBinary, nodeMajors } from './node-binary.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'consumers',
  about: 'the tarballs in an empty project: import and require on Node 20, 22, 24; types in TypeScript 5.9, 6, 7',
  needs: ['pack'],
  async run({ exec }) {
    const folder = mkdtempSync(join(tmpdir(), 'xc-consumer-'));
    try {
      await install(exec, folder);
      const specifiers = packages().flatMap((one) => one.entries.map((entry) => entry.specifier));
      writeSmoke(folder, specifiers);
      await every([
        ...nodeMajors.map(async (major) => exec(await nodeBinary(exec, major), ['run-smoke.mjs'], { cwd: folder })),
        ...writeTypeConsumers(folder, specifiers).map(({ compiler, project }) =>
          exec('node', [join(root, 'node_modules', compiler, 'bin', 'tsc'), '--pretty', 'false', '-p', project], {
            cwd: folder,
          }),
        ),
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/**
 * @param {import('./exec.mjs').Exec} exec
 * @param {string} folder
 */
async function install(exec, folder) {
  const registry = await localRegistry(exec);
  try {
    writeFileSync(join(folder, '.npmrc'), registry.npmrc);
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, dependencies: dependencies() }, null, 2),
    );
    await exec('npm', ['install', '--prefer-offline', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
  } finally {
    registry.close();
  }
}

/** Every package, and the third parties that its subpaths are made for, in the versions that our tests use. */
function dependencies() {
  /** @type {Record<string, string>} */
  const wanted = { '@types/node': readJson(join(root, 'package.json')).devDependencies['@types/node'] };
  for (const { name, manifest } of packages()) {
    wanted[name] = `^${manifest.version}`;
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      for (const one of [peer, `@types/${peer}`]) {
        const version = manifest.devDependencies?.[one];
        if (version !== undefined && !peer.startsWith('@xc/')) wanted[one] = version;
      }
    }
  }
  return wanted;
}

/**
 * @param {string} folder
 * @param {readonly string[]} specifiers
 */
function writeSmoke(folder, specifiers) {
  const programs = packages().map((one) => ({ one, file: join(one.folder, 'test', 'smoke.mjs') }));
  const without = programs.filter(({ file }) => !existsSync(file)).map(({ one }) => one.name);
  if (without.length > 0) throw new Error(`no test/smoke.mjs in: ${without.join(', ')}`);
  mkdirSync(join(folder, 'smoke'));
  for (const { one, file } of programs) cpSync(file, join(folder, 'smoke', `${one.short}.mjs`));
  cpSync(join(import.meta.dirname, 'consumer', 'run-smoke.mjs'), join(folder, 'run-smoke.mjs'));
  writeFileSync(join(folder, 'specifiers.json'), JSON.stringify(specifiers));
}
