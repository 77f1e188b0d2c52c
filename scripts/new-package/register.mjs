import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson, root } from '../workspace.mjs';

/**
 * Makes the house know the package: its size budgets, its changeset, its page in the guide. Returns what was written.
 * @param {import('./template.mjs').Plan} plan
 */
export function register(plan) {
  return [addBudgets(plan), addChangeset(plan), addGuidePage(plan)];
}

/** @param {import('./template.mjs').Plan} plan */
function addBudgets({ name, redis }) {
  const file = '.size-limit.json';
  const budgets = ['index', ...(redis ? ['redis'] : []), 'testing'].map((entry) => ({
    name: entry === 'index' ? `@xc/${name}` : `@xc/${name}/${entry}`,
    path: `packages/${name}/dist/${entry}.js`,
    limit: '2 kB',
    ignore: ['@xc/*', 'ioredis', 'node:*'],
  }));
  return write(file, `${JSON.stringify([...readJson(join(root, file)), ...budgets], null, 2)}\n`);
}

/** @param {import('./template.mjs').Plan} plan */
function addChangeset({ name, description }) {
  return write(`.changeset/new-${name}.md`, `---\n'@xc/${name}': minor\n---\n\nNew package: ${description}\n`);
}

/** @param {import('./template.mjs').Plan} plan */
function addGuidePage({ name, description }) {
  const include = `<<< ../../packages/${name}/test/readme.ts#usage`;
  return write(`docs/guide/${name}.md`, `# ${name}\n\n${description}\n\n${include}\n`);
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  const path = join(root, file);
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return file;
}
