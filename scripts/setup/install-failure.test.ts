import { expect, test } from 'vitest';

const { installFailure } = await import(String(new URL('./install-failure.mjs', import.meta.url)));

test.for([
  ['npm error code ENOTFOUND\nnpm error syscall getaddrinfo', /^the npm registry cannot be reached \(ENOTFOUND\)/],
  [
    ' ERR_PNPM_META_FETCH_FAIL  GET http://x: connect ECONNREFUSED',
    /^the npm registry cannot be reached \(ECONNREFUSED\)/,
  ],
  [
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install',
    /^pnpm-lock.yaml does not fit the manifests: .*--no-frozen-lockfile$/,
  ],
  [
    "Error: EACCES: permission denied, mkdir '/x'",
    /^this user may not write .* \(EACCES: permission denied, mkdir '\/x'\)/,
  ],
  ['ENOSPC: no space left on device, write', /^the disk is full/],
  ['progress\n ERR_PNPM_SOMETHING  It broke\nmore', /^the install failed \(ERR_PNPM_SOMETHING {2}It broke\)/],
  ['', /^the install failed \(without a word\)/],
] as const)('explains %j', ([output, expected]) => {
  const told = installFailure(output, 'pnpm@1.2.3');
  expect(told).toMatch(expected);
  expect(told).toContain('type npx -y pnpm@1.2.3 install');
  expect(told).not.toContain('\n');
});
