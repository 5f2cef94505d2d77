// What administration consists of, in its order: pages of their own, and lists of records that the company edits.
import type { Component } from 'svelte';

export interface Section {
  name: string;
  key: string;
  icon: string;
  group: 'people' | 'sales' | 'company' | 'system';
  // A list of records of this kind, drawn from the catalogue.
  entity?: string;
  // Needs more width than the others.
  wide?: boolean;
  load?: () => Promise<{ default: Component<{ id?: string }> }>;
}

export const sections: Section[] = [
  { name: 'users', key: 'administration.users', icon: 'users', group: 'people', load: () => import('./UsersSection.svelte') },
  { name: 'roles', key: 'administration.roles', icon: 'shield', group: 'people', wide: true, load: () => import('./RolesSection.svelte') },
  { name: 'teams', key: 'administration.teams', icon: 'users-round', group: 'people', load: () => import('./TeamsSection.svelte') },
  { name: 'territories', key: 'administration.territories', icon: 'map', group: 'people', load: () => import('./TerritoriesSection.svelte') },
  { name: 'delegations', key: 'administration.delegations', icon: 'user-cog', group: 'people', entity: 'delegation' },
  { name: 'pipelines', key: 'administration.pipelines', icon: 'git-commit-horizontal', group: 'sales', load: () => import('./PipelinesSection.svelte') },
  { name: 'fields', key: 'administration.fields', icon: 'columns-3', group: 'sales', load: () => import('./FieldsSection.svelte') },
  { name: 'lists', key: 'administration.lists', icon: 'list', group: 'sales', load: () => import('./ListsSection.svelte') },
  { name: 'company', key: 'administration.company', icon: 'building', group: 'company', load: () => import('./CompanySection.svelte') },
  { name: 'fiscal', key: 'administration.fiscal', icon: 'calendar-range', group: 'company', entity: 'fiscal_calendar' },
  { name: 'holidays', key: 'administration.holidays', icon: 'calendar-off', group: 'company', entity: 'holiday' },
  { name: 'currencies', key: 'administration.currencies', icon: 'coins', group: 'company', entity: 'currency' },
  { name: 'rates', key: 'administration.rates', icon: 'arrow-right-left', group: 'company', entity: 'exchange_rate' },
  { name: 'health', key: 'administration.health', icon: 'activity', group: 'system', load: () => import('./HealthSection.svelte') },
  { name: 'jobs', key: 'administration.jobs', icon: 'server', group: 'system', load: () => import('./JobsSection.svelte') },
];

export const groups = ['people', 'sales', 'company', 'system'] as const;

// The lists that a company words itself; those of them that exist are offered.
export const lists = ['lost_reason', 'lead_source', 'industry', 'region', 'customer_type', 'channel', 'competitor', 'position', 'tag'];
