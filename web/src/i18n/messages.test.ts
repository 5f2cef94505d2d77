// Every message exists in both languages, takes the same values, and is used; no key is used that does not exist.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill } from './icu';

const source = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'messages');
const areas = readdirSync(folder)
  .filter((name) => name.endsWith('.en.json'))
  .map((name) => name.replace('.en.json', ''));

const read = (area: string, language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(folder, `${area}.${language}.json`), 'utf8'));

// Names of the values that a message asks for, whichever arm is taken.
function parameters(text: string, language: string): string {
  const names = new Set<string>();
  for (const count of [0, 1, 2]) {
    const values = new Proxy({}, { get: (_, name) => (names.add(String(name)), count) }) as Record<string, number>;
    fill(text, values, language, String);
  }
  return [...names].sort().join(' ');
}

function sources(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return sources(inner);
    return /\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts') ? [inner] : [];
  });
}

const code = sources(source).map((path) => readFileSync(path, 'utf8')).join('\n');
const defined = new Set(areas.flatMap((area) => Object.keys(read(area, 'en')).map((key) => `${area}.${key}`)));

describe('messages', () => {
  it.each(areas)('of %s are complete in Vietnamese and take the same values', (area) => {
    const en = read(area, 'en');
    const vi = read(area, 'vi');
    expect(Object.keys(vi).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en)) expect(`${key}: ${parameters(vi[key]!, 'vi')}`).toBe(`${key}: ${parameters(en[key]!, 'en')}`);
  });

  it('are defined wherever the code names one', () => {
    const used = [...code.matchAll(/\bt\(\s*'([a-z_]+\.[a-z_0-9]+)'/g)].map((match) => match[1]!);
    expect(used.filter((key) => !defined.has(key))).toEqual([]);
  });

  it('are all used', () => {
    const stale = [...defined].filter((key) => {
      if (code.includes(`'${key}'`)) return false;
      // Keys made from a word: t(`area.prefix_${word}`).
      const parts = key.split('_');
      return !parts.some((_, at) => at > 0 && code.includes(`\`${parts.slice(0, at).join('_')}_\${`)) &&
        !code.includes(`\`${key.split('.')[0]}.\${`);
    });
    expect(stale).toEqual([]);
  });

  it('follow the writing rules', () => {
    for (const area of areas)
      for (const language of ['en', 'vi'])
        for (const text of Object.values(read(area, language))) {
          expect(text).not.toMatch(/!(?!\w)|successfully|\bplease\b|\boops\b|vui lòng/i);
        }
  });
});
