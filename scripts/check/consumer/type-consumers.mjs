import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
const bundler = { module: 'esnext', moduleResolution: 'bundler' };
const node10 = { module: 'commonjs', moduleResolution: 'node10' };

/** What each compiler still knows: TypeScript 6 takes node10 only on demand, 7 no more. */
const matrix = [
  { compiler: 'typescript-5.9', resolutions: { nodenext, bundler, node10 } },
  { compiler: 'typescript', resolutions: { nodenext, bundler, node10: { ...node10, ignoreDeprecations: '6.0' } } },
  { compiler: 'typescript-7', resolutions: { nodenext, bundler } },
];

/**
 * Writes one project for each compiler and way of resolving; declarations of libraries are checked as well.
 * @param {string} folder
 * @param {readonly string[]} specifiers
 */
export function writeTypeConsumers(folder, specifiers) {
  const source = consumer(specifiers);
  for (const name of ['consumer.ts', 'consumer.mts', 'consumer.cts']) writeFileSync(join(folder, name), source);
  return matrix.flatMap(({ compiler, resolutions }) =>
    Object.entries(resolutions).map(([resolution, options]) => {
      const project = `tsconfig.${compiler}.${resolution}.json`;
      const files = resolution === 'nodenext' ? ['consumer.mts', 'consumer.cts'] : ['consumer.ts'];
      const strict = {
        target: 'es2022',
        lib: ['es2023'],
        types: ['node'],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
      };
      writeFileSync(join(folder, project), JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
      return { compiler, project };
    }),
  );
}

/**
 * A program in which a subpath that resolves to nothing, or to `any`, is an error.
 * @param {readonly string[]} specifiers
 */
function consumer(specifiers) {
  return [
    ...specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';`),
    'type Typed<T> = 0 extends 1 & T ? never : T;',
    ...specifiers.map((_, index) => `export const typed${index}: Typed<typeof m${index}> = m${index};`),
    '',
  ].join('\n');
}
