const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|UND_ERR_\w+)\b/;
const FORBIDDEN = /\b(?:EACCES|EPERM)\b.*/;

/**
 * Says in one line why an install failed and what to type, from everything that npx and pnpm printed.
 * @param {string} output
 * @param {string} pnpm its name and version
 */
export function installFailure(output, pnpm) {
  const again = `npx -y ${pnpm} install --frozen-lockfile`;
  const unreachable = UNREACHABLE.exec(output)?.[0];
  if (unreachable !== undefined) {
    return `the npm registry cannot be reached (${unreachable}): look at the network and at "npm config get registry", then type ${again}`;
  }
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    return `pnpm-lock.yaml does not fit the manifests: type npx -y ${pnpm} install --no-frozen-lockfile`;
  }
  const forbidden = FORBIDDEN.exec(output)?.[0];
  if (forbidden !== undefined)
    return `this user may not write where the install must (${forbidden.trim()}): type ${again}`;
  if (/\bENOSPC\b/.test(output)) return `the disk is full: make room, then type ${again}`;
  const lines = output.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => /err/i.test(line)).at(0) ?? lines.filter((line) => line !== '').at(-1);
  return `the install failed (${told ?? 'without a word'}): type ${again}`;
}
