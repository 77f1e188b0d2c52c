import { defineConfig } from 'vitepress';
import { sidebarOf } from './sidebar.ts';

const guide = sidebarOf('guide');

export default defineConfig({
  title: '@xc',
  description: 'Cross-cutting infrastructure for any Node app',
  lang: 'en',
  cleanUrls: true,
  lastUpdated: false,
  // TypeDoc writes links to overloads and inherited members that only its own site resolves.
  ignoreDeadLinks: false,
  head: [['meta', { name: 'color-scheme', content: 'light dark' }]],
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/guide/' },
      { text: 'Benchmarks', link: '/benchmarks' },
      { text: 'Reference', link: '/reference/' },
    ],
    sidebar: {
      '/guide/': guide,
      '/recipes/': guide,
      '/benchmarks': guide,
      '/reference/': sidebarOf('reference'),
    },
    outline: { level: [2, 3] },
    search: { provider: 'local' },
  },
});
