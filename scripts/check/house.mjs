import { clockRule } from './house/clock.mjs';
import { namesRule } from './house/names.mjs';
import { unreachedSources } from './house/shipped.mjs';
import { sourceFiles } from './house/source-files.mjs';
import { stateRule } from './house/state.mjs';
import { surfaceRule } from './house/surface.mjs';
import { testNamesRule } from './house/test-names.mjs';

const rules = [namesRule, clockRule, surfaceRule, stateRule, testNamesRule];

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'house',
  about: 'house rules that no linter knows: injected time and chance, one surface, no state, names, file length',
  run() {
    const files = sourceFiles();
    const faults = [...files.flatMap((file) => rules.flatMap((rule) => rule(file))), ...unreachedSources(files)];
    if (faults.length > 0) throw new Error(faults.join('\n'));
  },
};
