// Compiles lz4-block.ts and writes it, as text, into the sources: `npx tsx wasm/build.ts`.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The module that lz4-block.ts compiles to, as the TypeScript file that carries it. */
export async function compileLz4(): Promise<string> {
  const args = ['lz4-block.ts', '--baseDir', here, '--outFile', 'out.wasm', '-O3', '--noAssert', '--runtime', 'stub'];
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main([...args, '--initialMemory', '1', '--use', 'abort='], {
    writeFile(_name, contents) {
      binary = Buffer.from(contents);
    },
  });
  if (error) throw new Error(`lz4-block.ts does not compile: ${stderr}`, { cause: error });
  return `/** Made from wasm/lz4-block.ts by wasm/build.ts, ${binary.length} bytes in base64; a test compares the two. */
export const lz4Wasm =
  '${Buffer.from(binary).toString('base64')}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('../src/lz4-wasm.ts', import.meta.url), await compileLz4());
}
