import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { packages } from '../workspace.mjs';
import { tarballOf } from './pack.mjs';

/**
 * Serves the packed tarballs as a registry on a free local port, so that npm resolves the very ranges that would be
 * published.
 * @param {import('./exec.mjs').Exec} exec
 * @returns {Promise<{ npmrc: string, close(): void }>}
 */
export async function localRegistry(exec) {
  /** @type {Map<string, { body: Buffer | string, type: string }>} */
  const answers = new Map();
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url ?? ''));
    // A later run on the same port must not meet what npm remembers of this one.
    response.writeHead(answer ? 200 : 404, {
      'cache-control': 'no-store',
      'content-type': answer?.type ?? 'text/plain',
    });
    response.end(answer?.body ?? 'no such package');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${address.port}`;
  for (const one of packages()) {
    const tarball = readFileSync(tarballOf(one));
    const manifest = JSON.parse(await exec('tar', ['-xzOf', tarballOf(one), 'package/package.json']));
    answers.set(`/${one.name}/package.tgz`, { body: tarball, type: 'application/octet-stream' });
    answers.set(`/${one.name}`, { body: JSON.stringify(packument(manifest, tarball, url)), type: 'application/json' });
  }
  return {
    npmrc: `@xc:registry=${url}/\nfund=false\naudit=false\nupdate-notifier=false\n`,
    close: () => server.close(),
  };
}

/**
 * @param {{ name: string, version: string }} manifest
 * @param {Buffer} tarball
 * @param {string} url
 */
function packument(manifest, tarball, url) {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  return {
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: {
      [manifest.version]: { ...manifest, dist: { tarball: `${url}/${manifest.name}/package.tgz`, integrity } },
    },
  };
}
