import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The one name of a file that may have several by symbolic links; it need not be there yet. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error;
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) return await realPath(resolve(dirname(path), target));
    const folder = dirname(path);
    return folder === path ? path : join(await realPath(folder), basename(path));
  }
}
