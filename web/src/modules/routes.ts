// Pages of the modules: what only one kind of record has. Each is its own chunk, loaded on first use.
import type { Component } from 'svelte';

export interface ModuleRoute {
  // "/opportunities/board"; pieces with a colon are given to the page as its `params`.
  path: string;
  load: () => Promise<{ default: Component<{ params: Record<string, string> }> }>;
  // Message key of its name, icon (kit/icons.ts) and group of the side navigation; none: reached by links only.
  navigation?: {
    key: string;
    icon: string;
    group: 'top' | 'sell' | 'measure' | 'foot';
    // Shown only when this entity exists for the reader.
    needs?: string;
    administrator?: boolean;
    // Shown only to those who may import some kind of record.
    importing?: boolean;
    // Letter that goes there after G.
    letter?: string;
  };
  // A second shape of an entity's list (board): offered in the switch beside the list's title.
  shape?: { entity: string; key: string; icon: string };
}

export const moduleRoutes: ModuleRoute[] = [
  {
    path: '/opportunities/board',
    load: () => import('./pipeline/BoardPage.svelte'),
    shape: { entity: 'opportunity', key: 'board.board', icon: 'square-kanban' },
  },
  { path: '/', load: () => import('./home/HomePage.svelte'), navigation: { key: 'home.title', icon: 'house', group: 'top', letter: 'h' } },
  {
    path: '/figures',
    load: () => import('./figures/FiguresPage.svelte'),
    navigation: { key: 'figures.title', icon: 'chart-no-axes-column', group: 'measure', needs: 'opportunity', letter: 'f' },
  },
  { path: '/figures/:name', load: () => import('./figures/FigurePage.svelte') },
  {
    path: '/import',
    load: () => import('./imports/ImportsPage.svelte'),
    navigation: { key: 'imports.title', icon: 'upload', group: 'foot', importing: true, letter: 'i' },
  },
  { path: '/account', load: () => import('./account/AccountPage.svelte') },
  { path: '/import/:id', load: () => import('./imports/ImportPage.svelte') },
  {
    path: '/administration',
    load: () => import('./administration/AdministrationPage.svelte'),
    navigation: { key: 'administration.title', icon: 'settings', group: 'foot', administrator: true },
  },
  { path: '/administration/:section', load: () => import('./administration/AdministrationPage.svelte') },
  { path: '/administration/:section/:id', load: () => import('./administration/AdministrationPage.svelte') },
];
