import { type Html, html } from './html.ts';

/** A form of one button: it posts `fields` to where `action` is done. */
export function formButton(
  base: string,
  action: string,
  label: string,
  fields: Readonly<Record<string, string>>,
): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form method="post" action="${base}/${action}">${inputs}<button>${label}</button></form>`;
}
