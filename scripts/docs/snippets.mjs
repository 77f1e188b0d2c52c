// Keeps the code in Markdown equal to the files it comes from: `node scripts/docs/snippets.mjs [--check]`.
//
// In Markdown:  <!-- from examples/worker/src/main.ts#stop -->  above a code block.
// In the file:  // #region stop  ...  // #endregion  around the lines, or no #name for the whole file.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolders, root } from '../workspace.mjs';

const block = /<!-- from ([^\s#]+)(?:#([\w-]+))? -->\n+```(\w*)\n([\s\S]*?)```/g;

const stale = pages().filter((page) => !refresh(page));
if (process.argv.includes('--check')) {
  for (const page of stale)
    console.log(`${relative(root, page)}: a code block differs from its file; run pnpm docs:reference`);
  if (stale.length > 0) process.exitCode = 1;
}

/** The pages that npm and code hosts show; the site has its own way to include files. */
function pages() {
  const folders = [root, ...packageFolders('packages'), ...packageFolders('examples')];
  return folders
    .flatMap((folder) => ['README.md', 'CONTRIBUTING.md'].map((name) => join(folder, name)))
    .filter((page) => existsSync(page));
}

/**
 * Says whether the page was up to date; writes it anew when it was not and writing is wanted.
 * @param {string} page
 */
function refresh(page) {
  const before = readFileSync(page, 'utf8');
  const after = before.replace(block, (_, file, region, language) => {
    const mark = region === undefined ? file : `${file}#${region}`;
    return `<!-- from ${mark} -->\n\`\`\`${language}\n${excerpt(page, file, region)}\n\`\`\``;
  });
  if (after !== before && !process.argv.includes('--check')) writeFileSync(page, after);
  return after === before;
}

/**
 * @param {string} page
 * @param {string} file
 * @param {string | undefined} region
 */
function excerpt(page, file, region) {
  const place = `${relative(root, page)}: ${file}${region === undefined ? '' : `#${region}`}`;
  if (!existsSync(join(root, file))) throw new Error(`${place}: no such file`);
  const text = readFileSync(join(root, file), 'utf8').trimEnd();
  if (region === undefined) return text;
  const found = new RegExp(`^[^\\n]*#region ${region}\\n([\\s\\S]*?)\\n[^\\n]*#endregion`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`${place}: no such region`);
  return withoutIndent(found);
}

/** @param {string} text */
function withoutIndent(text) {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return lines.map((line) => line.slice(indent)).join('\n');
}
