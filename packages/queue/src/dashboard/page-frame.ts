import { type Content, Html, html } from './html.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

/** The page around its content. Style and script are ours and go in as they are: their hashes are in the policy. */
export function pageFrame(home: string, title: string, content: Content): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header><h1><a href="${home}">Queues</a></h1></header>
<main>${content}</main>
<script type="module">${new Html(pageScript)}</script>
</body>
</html>`;
}
