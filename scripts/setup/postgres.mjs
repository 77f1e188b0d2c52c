import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresBinaries } from '../../test-support/src/postgres-binaries.mjs';
import { CannotSetUp } from './cannot-set-up.mjs';

/** Makes sure that the PostgreSQL of tests and demo runs at all: a library may be missing on this system. */
export async function ensurePostgres() {
  try {
    await promisify(execFile)(join(findPostgresBinaries(), 'postgres'), ['--version']);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotSetUp(
      `PostgreSQL does not run (${reason.trim()}): name the folder of another one in XC_POSTGRES_BIN`,
    );
  }
}
