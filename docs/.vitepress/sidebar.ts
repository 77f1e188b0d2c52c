import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The sidebar of a folder: its pages by `order` in their front matter, then by title; folders become groups. */
export function sidebarOf(folder: string): DefaultTheme.SidebarItem[] {
  const here = join(docs, folder);
  if (!existsSync(here)) return [];
  const entries = readdirSync(here, { withFileTypes: true });
  const pages = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md') && entry.name !== 'index.md')
    .map((entry) => pageOf(folder, entry.name.slice(0, -'.md'.length)))
    .sort((one, other) => one.order - other.order || one.text.localeCompare(other.text))
    .map(({ text, link }) => ({ text, link }));
  const groups = entries
    .filter((entry) => entry.isDirectory())
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((entry) => groupOf(folder, entry.name));
  return [...pages, ...groups];
}

function groupOf(folder: string, name: string): DefaultTheme.SidebarItem {
  const path = `${folder}/${name}`;
  const index = join(docs, path, 'index.md');
  return {
    text: existsSync(index) ? titleOf(index, name) : name,
    collapsed: folder !== 'guide',
    items: sidebarOf(path),
    ...(existsSync(index) ? { link: `/${path}/` } : {}),
  };
}

function pageOf(folder: string, name: string): { text: string; link: string; order: number } {
  const file = join(docs, folder, `${name}.md`);
  const order = /^order: (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  return { text: titleOf(file, name), link: `/${folder}/${name}`, order: Number(order ?? 1000) };
}

function titleOf(file: string, fallback: string): string {
  return /^# (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.replaceAll('\\', '') ?? fallback;
}
