import { readdirSync } from 'node:fs';
import { sep } from 'node:path';

/**
 * Opens every page of a built site and returns what is wrong: failed requests, script errors, links to nowhere.
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
export async function visitAll(browser, origin, folder) {
  const tab = await browser.newPage();
  /** @type {string[]} */
  const faults = [];
  let path = '/';
  tab.on('pageerror', (error) => faults.push(`${path}: ${error.message}`));
  tab.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${path}: ${response.status()} for ${new URL(response.url()).pathname}`);
  });
  tab.on('requestfailed', (request) => {
    if (!request.url().startsWith(origin)) faults.push(`${path}: asks for ${request.url()}`);
  });

  /** @type {Map<string, Set<string>>} */
  const anchors = new Map();
  /** @type {{ from: string, to: URL }[]} */
  const links = [];
  for (path of pathsOf(folder)) {
    await tab.goto(origin + path, { waitUntil: 'load' });
    const { ids, hrefs } = await tab.evaluate(() => ({
      ids: [...document.querySelectorAll('[id]')].map((element) => element.id),
      hrefs: [...document.querySelectorAll('a[href]')].map((link) => /** @type {HTMLAnchorElement} */ (link).href),
    }));
    anchors.set(path, new Set(ids));
    links.push(...hrefs.map((href) => ({ from: path, to: new URL(href) })));
  }
  await tab.close();
  return [...new Set([...faults, ...links.flatMap((link) => deadLink(link, origin, anchors))])];
}

/**
 * @param {{ from: string, to: URL }} link
 * @param {string} origin
 * @param {Map<string, Set<string>>} anchors
 */
function deadLink({ from, to }, origin, anchors) {
  if (to.origin !== origin) return [];
  const ids = anchors.get(to.pathname.replace(/\.html$/, ''));
  if (ids === undefined) return [`${from}: links to ${to.pathname}, which is no page`];
  const id = decodeURIComponent(to.hash.slice(1));
  return id === '' || ids.has(id) ? [] : [`${from}: links to ${to.pathname}${to.hash}, and there is no such heading`];
}

/** @param {string} folder */
function pathsOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => `/${file.split(sep).join('/')}`.replace(/\/index\.html$/, '/').replace(/\.html$/, ''))
    .sort();
}
