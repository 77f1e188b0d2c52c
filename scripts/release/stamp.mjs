// Writes where the sources live into every manifest, just before publishing: npm shows provenance only when the
// repository in the package is the one that the workflow ran in. Never committed.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packages, root } from '../workspace.mjs';

const repository = process.env.GITHUB_REPOSITORY;
if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
  console.error(`GITHUB_REPOSITORY must be owner/name, got ${repository ?? 'nothing'}`);
  process.exit(1);
}
const server = process.env.GITHUB_SERVER_URL ?? 'https://github.com';

for (const one of packages()) {
  const manifest = {
    ...one.manifest,
    homepage: `${server}/${repository}#readme`,
    bugs: `${server}/${repository}/issues`,
    repository: { type: 'git', url: `git+${server}/${repository}.git`, directory: relative(root, one.folder) },
  };
  writeFileSync(join(one.folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
console.log(`stamped ${packages().length} packages with ${repository}`);
