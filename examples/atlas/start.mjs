// `npm run demo` ends here: hooks first, so that what comes after may be TypeScript.
import './source-hooks.mjs';

const { main } = await import('./src/main.ts');
process.exitCode = await main(process.argv.slice(2));
