import { createHash } from 'node:crypto';
import type { Html } from './html.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

const sha256 = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Own style and script by their hash, requests and forms to the same origin, nothing else at all. */
const policy = [
  "default-src 'none'",
  `style-src ${sha256(pageStyle)}`,
  `script-src ${sha256(pageScript)}`,
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A page. */
export function pageAnswer(page: Html, status = 200): Response {
  return new Response(page.toString(), {
    status,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
  });
}

/** A status, its words, and nothing else. */
export function bareAnswer(status: number, words = '', more: Readonly<Record<string, string>> = {}): Response {
  return new Response(words, {
    status,
    headers: { ...headers, 'content-type': 'text/plain; charset=utf-8', ...more },
  });
}

/** Sends the browser on after it has written something, so that reloading does not write again. */
export function seeOther(location: string): Response {
  return bareAnswer(303, '', { location });
}
