// Plain JavaScript, because the set-up asks the same question before anything is installed.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function findRedisServer(env = process.env) {
  const named = env.REDIS_SERVER;
  if (named === undefined || named === '') {
    const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
    return folders.map((folder) => join(folder, 'redis-server')).find(isProgram);
  }
  if (isProgram(named)) return named;
  throw new Error(`REDIS_SERVER names ${named}, which cannot be run`);
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
