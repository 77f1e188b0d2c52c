import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deployFiles } from './deploy-files.ts';

/** Writes the files into `deploy/` at the root; says how many there are. */
export async function writeDeploy(folder = new URL('../../../../deploy/', import.meta.url)): Promise<number> {
  const files = deployFiles();
  for (const { path, content } of files) {
    const target = fileURLToPath(new URL(path, folder));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return files.length;
}
