// Lays down a package that looks like every other one: `pnpm new-package <name> [--redis] [--description text]`.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeManifest } from './new-package/manifest.mjs';
import { whyNot } from './new-package/name.mjs';
import { register } from './new-package/register.mjs';
import { fill } from './new-package/template.mjs';
import { root } from './workspace.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    redis: { type: 'boolean', default: false },
    description: { type: 'string', default: 'Counts how often things are touched.' },
    'no-install': { type: 'boolean', default: false },
  },
});

const [name, ...more] = positionals;
if (name === undefined || more.length > 0) fail('usage: pnpm new-package <name> [--redis] [--description <text>]');
const refusal = whyNot(name);
if (refusal !== undefined) fail(refusal);

const plan = { name, redis: values.redis, description: values.description, folder: join(root, 'packages', name) };
const written = [...fill(plan), writeManifest(plan), ...register(plan)];
for (const file of written) console.log(`wrote ${file}`);
run(
  'node_modules/.bin/biome',
  'check',
  '--write',
  '--log-level=error',
  ...written.filter((file) => !/\.(lua|md)$/.test(file)),
);
if (!values['no-install']) run('node_modules/.bin/pnpm', 'install');
run(process.execPath, 'scripts/docs/snippets.mjs');
run(process.execPath, 'scripts/docs/reference.mjs');
console.log(`@xc/${name} stands; next: pnpm test:unit, pnpm check`);

/** @param {string} command @param {readonly string[]} args */
function run(command, ...args) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}
