import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import ts from 'typescript';
import { packageFolders, packages, root } from '../../workspace.mjs';

/**
 * @typedef {{
 *   path: string,
 *   text: string,
 *   tree: ts.SourceFile,
 *   library: boolean,
 *   test: boolean,
 *   entryOf: string | undefined,
 *   packageName: string | undefined,
 * }} SourceFile
 * @typedef {(file: SourceFile) => string[]} Rule
 */

/**
 * Every file that people write and read here, parsed.
 * @returns {SourceFile[]}
 */
export function sourceFiles() {
  const known = packages();
  const entries = new Map(known.flatMap((one) => one.entries.map((entry) => [entry.source, entry.specifier])));
  return listed().map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const test = /\.(test|test-d)\.ts$/.test(path);
    return {
      path,
      text,
      tree: ts.createSourceFile(basename(path), text, ts.ScriptTarget.ESNext, true),
      library: /^packages\/[^/]+\/src\//.test(path) && !test,
      test,
      entryOf: entries.get(join(root, path)),
      packageName: known.find((one) => join(root, path).startsWith(`${one.folder}/`))?.name,
    };
  });
}

/** Paths from the root, of the folders that hold code. */
function listed() {
  const folders = [...packageFolders('packages'), ...packageFolders('examples')]
    .flatMap((folder) => ['src', 'test', 'bench'].map((part) => join(folder, part)))
    .concat(['test-support/src', 'bench', 'scripts'].map((folder) => join(root, folder)));
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((path) => /\.(ts|mjs)$/.test(path) && !/\/(node_modules|dist|\.[a-z]+)\//.test(path))
    .map((path) => relative(root, path))
    .sort();
}

/**
 * One finding, with the place first, as editors understand it.
 * @param {SourceFile} file
 * @param {ts.Node} node
 * @param {string} says
 */
export function fault(file, node, says) {
  const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree));
  return `${file.path}:${line + 1}: ${says}`;
}

/**
 * Every node of a file, parents first.
 * @param {ts.Node} node
 * @returns {Generator<ts.Node>}
 */
export function* nodes(node) {
  yield node;
  /** @type {ts.Node[]} */
  const children = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodes(child);
}
