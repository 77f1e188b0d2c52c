import { packages } from '../workspace.mjs';
import { binary, every } from './exec.mjs';
import { tarballOf } from './pack.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'published',
  about: 'publint --strict and attw on every tarball and subpath, old resolution included',
  needs: ['pack'],
  async run({ exec }) {
    await every(
      packages().flatMap((one) => [
        exec(binary('publint'), ['run', '--strict', tarballOf(one)]),
        exec(binary('attw'), [
          '--no-definitely-typed',
          '--no-emoji',
          '--no-color',
          '--format',
          'ascii',
          tarballOf(one),
        ]),
      ]),
    );
  },
};
