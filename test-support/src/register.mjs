// `node --conditions=@xc/source --import @xc/test-support/register file.ts` runs TypeScript straight from the sources of
// the packages: tsx for the language, and Lua files as text, as the build and the tests have them.
import { register } from 'node:module';
import 'tsx';

register('./lua-hooks.mjs', import.meta.url);
