import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'unused',
  about: 'knip: files, exports and dependencies that nobody uses',
  async run({ exec }) {
    await exec(binary('knip'), ['--no-progress', '--no-config-hints']);
  },
};
