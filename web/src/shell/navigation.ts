// What the side navigation holds: kinds of records that exist for the reader, and the pages of the modules.
import { may, session } from '$/catalog/session.svelte';
import type { Entity } from '$/catalog/types';
import { t } from '$/i18n/index.svelte';
import { moduleRoutes } from '$/modules/routes';

export interface Destination {
  label: string;
  href: string;
  icon: string;
  letter?: string;
}

export interface NavigationGroup {
  heading?: string;
  items: Destination[];
}

const top = ['activity', 'task'];
const sell = ['lead', 'account', 'contact', 'opportunity', 'product'];
const letters: Record<string, string> = { activity: 'v', task: 't', lead: 'l', account: 'a', contact: 'c', opportunity: 'o', product: 'p' };

const readable = (entity: Entity) => may(entity, 'read');

function kinds(names: string[]): Destination[] {
  return names.flatMap((name) => {
    const found = session.catalog?.entities.find((entity) => entity.name === name);
    if (!found || !readable(found)) return [];
    return [{ label: found.label_plural, href: `/${found.plural}`, icon: found.icon ?? 'circle-dot', letter: letters[name] }];
  });
}

function pages(group: 'top' | 'sell' | 'measure' | 'foot'): Destination[] {
  return moduleRoutes.flatMap(({ path, navigation }) => {
    if (navigation?.group !== group) return [];
    if (navigation.administrator && !session.user?.administrator) return [];
    if (navigation.importing && !session.catalog?.entities.some((entity) => may(entity, 'import'))) return [];
    if (navigation.needs && !session.catalog?.entities.some((entity) => entity.name === navigation.needs && readable(entity))) return [];
    return [{ label: t(navigation.key), href: path, icon: navigation.icon, letter: navigation.letter }];
  });
}

export function navigationGroups(): NavigationGroup[] {
  return [
    { items: [...pages('top'), ...kinds(top)] },
    { heading: t('shell.group_sell'), items: [...kinds(sell), ...pages('sell')] },
    { heading: t('shell.group_measure'), items: pages('measure') },
  ].filter((group) => group.items.length > 0);
}

export function navigationFoot(): Destination[] {
  return pages('foot');
}

// Every kind that has a list of its own, for the palette; lines and links of others are reached through them.
export function otherKinds(): Destination[] {
  const shown = new Set([...top, ...sell]);
  return (session.catalog?.entities ?? [])
    .filter((entity) => !shown.has(entity.name) && readable(entity) && entity.title !== 'id')
    .map((entity) => ({ label: entity.label_plural, href: `/${entity.plural}`, icon: entity.icon ?? 'circle-dot' }));
}

// The destination that the address belongs to: the longest that begins it.
export function activeDestination(path: string, all: Destination[]): string | undefined {
  return all
    .map(({ href }) => href)
    .filter((href) => path === href || (href !== '/' && path.startsWith(`${href}/`)))
    .sort((a, b) => b.length - a.length)[0];
}

export function homeAddress(): string {
  if (moduleRoutes.some(({ path }) => path === '/')) return '/';
  const first = navigationGroups().flatMap(({ items }) => items);
  return first.find(({ href }) => href === '/opportunities')?.href ?? first[0]?.href ?? '/';
}
