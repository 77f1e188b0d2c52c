import type { FactsTable } from './chart.ts';
import { escapeHtml } from './escape-html.ts';

/** Facts as an HTML figure with a table in it. */
export function drawFacts({ title, note, facts }: FactsTable): string {
  const rows = facts.map(
    ([what, how]) => `<tr><td>${escapeHtml(what)}</td><td class="said">${escapeHtml(how)}</td></tr>`,
  );
  return `<figure>
<figcaption><strong>${escapeHtml(title)}</strong><span>${escapeHtml(note)}</span></figcaption>
<table><tbody>${rows.join('')}</tbody></table>
</figure>`;
}
