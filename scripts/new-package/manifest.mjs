import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readJson, root } from '../workspace.mjs';

/**
 * Writes the package.json, in the version of its siblings, and returns its path.
 * @param {import('./template.mjs').Plan} plan
 */
export function writeManifest(plan) {
  const core = readJson(join(root, 'packages', 'core', 'package.json'));
  const redis = readJson(join(root, 'packages', 'redis', 'package.json'));
  const subpaths = [...(plan.redis ? ['redis'] : []), 'testing'];
  const manifest = {
    name: `@xc/${plan.name}`,
    version: core.version,
    description: plan.description,
    license: core.license,
    type: 'module',
    sideEffects: false,
    engines: core.engines,
    main: './dist/index.cjs',
    module: './dist/index.js',
    types: './dist/index.d.cts',
    exports: {
      '.': entry('index', './src/index.ts'),
      ...Object.fromEntries(subpaths.map((name) => [`./${name}`, entry(name, `./src/${name}/index.ts`)])),
      './package.json': './package.json',
    },
    // The old resolution of TypeScript does not read exports.
    typesVersions: { '*': Object.fromEntries(subpaths.map((name) => [name, [`./dist/${name}.d.cts`]])) },
    files: core.files,
    scripts: core.scripts,
    publishConfig: core.publishConfig,
    dependencies: { '@xc/core': 'workspace:^', ...(plan.redis ? { '@xc/redis': 'workspace:^' } : {}) },
    ...(plan.redis ? withRedis(redis) : {}),
  };
  const file = join(plan.folder, 'package.json');
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  return relative(root, file);
}

/**
 * @param {string} name
 * @param {string} source
 */
function entry(name, source) {
  return {
    '@xc/source': source,
    import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
    require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
  };
}

/** Only the ./redis subpath needs a client, so it is an optional peer. @param {Record<string, any>} redis */
function withRedis(redis) {
  return {
    peerDependencies: { ioredis: redis.peerDependencies.ioredis },
    peerDependenciesMeta: { ioredis: { optional: true } },
    devDependencies: { ioredis: redis.devDependencies.ioredis },
  };
}
