import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'lint',
  about: 'biome: format, imports and lint rules',
  async run({ exec }) {
    await exec(binary('biome'), ['ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=200', '.']);
  },
};
