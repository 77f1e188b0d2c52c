import { join } from 'node:path';
import { packages, readJson, root } from '../workspace.mjs';
import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'size',
  about: 'size-limit: every entry within its budget, and every entry has one',
  needs: ['build'],
  async run({ exec }) {
    requireBudgets();
    await exec(binary('size-limit'), []);
  },
};

/** An entry without a budget could grow unseen. */
function requireBudgets() {
  const budgets = new Set(
    readJson(join(root, '.size-limit.json')).map((/** @type {{ name: string }} */ budget) => budget.name),
  );
  const without = packages()
    .flatMap((one) => one.entries.map((entry) => entry.specifier))
    .filter((specifier) => !budgets.has(specifier));
  if (without.length > 0) throw new Error(`no budget in .size-limit.json for: ${without.join(', ')}`);
}
