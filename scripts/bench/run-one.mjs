// The process around one bench: runs it, checks what it says and hands it to the parent.
import { pathToFileURL } from 'node:url';

const units = new Set(['ns', 'us', 'ms', 'bytes', 'ops/s', 'ratio', 'count']);

const { default: bench } = await import(pathToFileURL(process.argv[2] ?? '').href);
if (typeof bench?.name !== 'string' || typeof bench.run !== 'function')
  throw new TypeError('a bench exports default { name, run() }');
const cases = await bench.run();
for (const one of cases) {
  if (typeof one.name !== 'string' || !units.has(one.unit) || !Number.isFinite(one.value))
    throw new TypeError(`not a case of a bench: ${JSON.stringify(one)}`);
}
process.send?.({ name: bench.name, cases }, () => process.exit(0));
