/** The only script there is; the page's policy names its hash. It reads the page anew while somebody looks at it, and never while they type. */
export const pageScript = `
const EVERY_MS = 5000;
async function refresh() {
  if (document.hidden || document.activeElement?.closest('form')) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    if (fresh) document.querySelector('main').replaceWith(fresh);
  } catch {
    // The next time.
  }
}
setInterval(refresh, EVERY_MS);
`;
