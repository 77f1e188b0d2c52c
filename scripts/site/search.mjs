/**
 * Types a word into the search of the site, as a reader does, and returns the titles it offers.
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {string} word
 * @returns {Promise<string[]>}
 */
export async function searchFor(browser, origin, word) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${origin}/`, { waitUntil: 'load' });
    await tab.locator('.VPNavBarSearch button').first().click();
    await tab.locator('#localsearch-input').fill(word);
    const results = tab.locator('.VPLocalSearchBox .results .result');
    await results
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => {});
    return await results.allInnerTexts();
  } finally {
    await tab.close();
  }
}
