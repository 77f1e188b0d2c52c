import { join } from 'node:path';
import { findChromium, quietFlags } from '../site/chromium.mjs';
import { searchFor } from '../site/search.mjs';
import { serve } from '../site/serve.mjs';
import { visitAll } from '../site/visit.mjs';
import { packages, readJson, root } from '../workspace.mjs';
import { binary } from './exec.mjs';

const built = join(root, 'docs', '.vitepress', 'dist');

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'site',
  about: 'VitePress build, every page opened in headless Chromium: no broken link, search finds each package',
  async run({ exec }) {
    await exec(binary('vitepress'), ['build', 'docs']);
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({ executablePath: findChromium(), args: quietFlags });
    const site = await serve(built);
    try {
      const faults = await visitAll(browser, site.origin, built);
      for (const word of wordsToFind()) {
        const found = await searchFor(browser, site.origin, word);
        if (!found.some((text) => text.includes(word))) faults.push(`search does not find ${word}`);
      }
      if (faults.length > 0) throw new Error(faults.join('\n'));
    } finally {
      await site.close();
      await browser.close();
    }
  },
};

/** What a reader of each package looks for: the word that its manifest puts first among its keywords. */
function wordsToFind() {
  return packages().flatMap((one) => readJson(join(one.folder, 'package.json')).keywords?.slice(0, 1) ?? []);
}
