import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** A copy of the checkout as it stands, in which a test may break what it likes. */
export interface CheckoutCopy extends Disposable {
  readonly folder: string;
  /** Writes a file; `path` is relative to the copy. */
  write(path: string, text: string): void;
}

/** Copies every file that git would commit; installed packages are linked, not copied. */
export function copyCheckout(): CheckoutCopy {
  const folder = mkdtempSync(join(tmpdir(), 'xc-checkout-'));
  for (const path of committable()) copyInto(folder, path);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const path of installedFolders()) copyInto(folder, path);
  return {
    folder,
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function committable(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return [...new Set(listed.toString().split('\0'))].filter((path) => path !== '' && existsSync(join(root, path)));
}

/** The links in a workspace folder are relative, so that a copy of them leads to the copy of a package. */
function installedFolders(): string[] {
  return [
    ...new Set(
      committable()
        .filter((path) => path.endsWith('/package.json'))
        .map((path) => dirname(path)),
    ),
  ]
    .map((path) => join(path, 'node_modules'))
    .filter((path) => existsSync(join(root, path)));
}

function copyInto(folder: string, path: string): void {
  cpSync(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
}
