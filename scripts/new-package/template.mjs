import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from '../workspace.mjs';

/**
 * @typedef {{ name: string, redis: boolean, description: string, folder: string }} Plan
 */

const suffix = '.tmpl';

/**
 * Writes every file of the templates under its own name and returns the paths, from the root.
 * @param {Plan} plan
 */
export function fill(plan) {
  const words = wordsOf(plan);
  return (plan.redis ? ['template', 'template-redis'] : ['template']).flatMap((template) => {
    const from = join(import.meta.dirname, template);
    return readdirSync(from, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith(suffix))
      .map((path) => {
        const target = join(plan.folder, replace(path.slice(0, -suffix.length), words));
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, replace(readFileSync(join(from, path), 'utf8'), words));
        return relative(root, target);
      });
  });
}

/**
 * @param {Plan} plan
 * @returns {Record<string, string>}
 */
function wordsOf({ name, redis, description }) {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());
  const entries = {
    index: 'src/index.ts',
    ...(redis ? { redis: 'src/redis/index.ts' } : {}),
    testing: 'src/testing/index.ts',
  };
  return {
    name,
    description,
    snake: name.replaceAll('-', '_'),
    Name: pascal,
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    entries: JSON.stringify(entries),
  };
}

/**
 * @param {string} text
 * @param {Record<string, string>} words
 */
function replace(text, words) {
  return text.replace(/\{\{(\w+)\}\}/g, (_, word) => {
    const value = words[word];
    if (value === undefined) throw new Error(`a template asks for {{${word}}}, which nobody gives`);
    return value;
  });
}
