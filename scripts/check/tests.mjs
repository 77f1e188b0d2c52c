/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'tests',
  about: 'npm test: every test on real servers (with --tests, or asked for by name)',
  onRequest: true,
  async run({ exec }) {
    await exec('npm', ['test']);
  },
};
