import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Mends links to symbols whose name is also that of a member, run together: TypeDoc counts `Breaker.dump` and `BreakerDump`
 * as one anchor and links to `#breakerdump-1`; a page has only the heading `BreakerDump`, so that its anchor has no number.
 * @param {string} folder
 */
export function mendAnchors(folder) {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), 'utf8')]));
  const symbols = new Map([...texts].map(([page, text]) => [page, symbolsOf(text)]));
  for (const [page, text] of texts) {
    const mended = text.replace(/\]\(([^)#\s]*)#([\w-]+)-\d+\)/g, (link, file, anchor) => {
      const target = file === '' ? page : normalize(join(dirname(page), file));
      return symbols.get(target)?.has(anchor) ? `](${file}#${anchor})` : link;
    });
    if (mended !== text) writeFileSync(join(folder, page), mended);
  }
}

/**
 * The anchors of the exported symbols of a page, of those that have a heading of their own.
 * @param {string} text
 */
function symbolsOf(text) {
  const names = [...text.matchAll(/^### (?:abstract )?(\w+)/gim)].map((match) => (match[1] ?? '').toLowerCase());
  return new Set(names.filter((name) => names.indexOf(name) === names.lastIndexOf(name)));
}
