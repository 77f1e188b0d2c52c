// Turns the pending changesets into versions and changelogs, and records what is released: `pnpm release:version`.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packages, root } from '../workspace.mjs';
import { digestOf, recordFile } from './digest.mjs';

execFileSync(join(root, 'node_modules', '.bin', 'changeset'), ['version'], { cwd: root, stdio: 'inherit' });

const record = Object.fromEntries(
  packages()
    .map((one) => /** @type {const} */ ([one.name, { version: one.manifest.version, digest: digestOf(one) }]))
    .sort(([one], [other]) => one.localeCompare(other)),
);
writeFileSync(recordFile, `${JSON.stringify(record, null, 2)}\n`);
console.log(`recorded ${Object.keys(record).length} packages in .changeset/released.json`);
