import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'layers',
  about: 'dependency-cruiser: arrows between packages only point down, no cycles',
  async run({ exec }) {
    await exec(binary('depcruise'), ['--config', '.dependency-cruiser.cjs', 'packages', 'test-support', 'examples']);
  },
};
