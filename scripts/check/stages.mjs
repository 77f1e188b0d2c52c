import build from './build.mjs';
import changesets from './changesets.mjs';
import consumers from './consumers.mjs';
import dashboard from './dashboard.mjs';
import docs from './docs.mjs';
import examples from './examples.mjs';
import house from './house.mjs';
import layers from './layers.mjs';
import lint from './lint.mjs';
import lockfile from './lockfile.mjs';
import pack from './pack.mjs';
import published from './published.mjs';
import site from './site.mjs';
import size from './size.mjs';
import tests from './tests.mjs';
import types from './type-check.mjs';
import unused from './unused.mjs';

/**
 * Each stage after those it needs; the longest chain first, so that it does not end alone.
 * @type {readonly import('./schedule.mjs').Stage[]}
 */
export const stages = [
  tests,
  build,
  pack,
  consumers,
  examples,
  house,
  lockfile,
  changesets,
  lint,
  types,
  layers,
  unused,
  docs,
  site,
  dashboard,
  size,
  published,
];
