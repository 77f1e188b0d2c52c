import { type Html, html } from './html.ts';

/** An instant of the engine, in UTC to the second; `undefined` for none. */
export function shownTime(at: number | undefined): Html | undefined {
  if (at === undefined || !(Math.abs(at) <= 8.64e15)) return undefined;
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}
