// What a role may do, as a matrix of scopes per kind of record, and the differences that wait to be saved.

export type Scope = 'none' | 'own' | 'team' | 'subtree' | 'territory' | 'all';
export type FieldAccess = 'hidden' | 'read' | 'write';

export const scopes: readonly Scope[] = ['none', 'own', 'team', 'subtree', 'territory', 'all'];
export const fieldAccesses: readonly FieldAccess[] = ['hidden', 'read', 'write'];

// How many of the four bars are filled. Subtree and territory both reach beyond the team without being all.
const bars: Record<Scope, number> = { none: 0, own: 1, team: 2, subtree: 3, territory: 3, all: 4 };
export function barsOf(scope: Scope): number {
  return bars[scope];
}

// Space goes to the next scope, round; digits choose one directly.
export function nextScope(scope: Scope, allowed: readonly Scope[] = scopes): Scope {
  const at = allowed.indexOf(scope);
  return allowed[(at + 1) % allowed.length] ?? 'none';
}

const byDigit: Record<string, Scope> = { '0': 'none', '1': 'own', '2': 'team', '3': 'subtree', '4': 'all' };
export function scopeOfDigit(key: string): Scope | null {
  return byDigit[key] ?? null;
}

// One record of `role_permissions`: the rights of a role on one kind of record.
export interface Permission {
  id: string | null;
  version: number;
  entity: string;
  rights: Record<string, Scope>;
}

export interface Change {
  entity: string;
  right: string;
  before: Scope;
  after: Scope;
}

export function permissionOf(list: readonly Permission[], entity: string, rights: readonly RightColumn[]): Permission {
  const known = list.find((each) => each.entity === entity);
  if (known) return known;
  // Kinds that are not named follow the record for `*`; without one, nothing is allowed.
  const rest = list.find((each) => each.entity === '*');
  if (rest) return { id: null, version: 0, entity, rights: { ...rest.rights } };
  return { id: null, version: 0, entity, rights: Object.fromEntries(rights.map((right) => [right.name, 'none' as Scope])) };
}

export interface RightColumn {
  name: string;
  // A right that reaches everything or nothing is a switch, not a row of bars.
  kind: 'scope' | 'switch';
  label: string;
  allowed: readonly Scope[];
}

export function setRight(list: readonly Permission[], entity: string, right: string, value: Scope, rights: readonly RightColumn[]): Permission[] {
  const known = permissionOf(list, entity, rights);
  const changed: Permission = { ...known, rights: { ...known.rights, [right]: value } };
  return list.some((each) => each.entity === entity) ? list.map((each) => (each.entity === entity ? changed : each)) : [...list, changed];
}

export function changes(saved: readonly Permission[], draft: readonly Permission[], rights: readonly RightColumn[]): Change[] {
  return draft.flatMap((permission) => {
    const before = permissionOf(saved, permission.entity, rights);
    return rights.flatMap((right) => {
      const was = before.rights[right.name] ?? 'none';
      const is = permission.rights[right.name] ?? was;
      return was === is ? [] : [{ entity: permission.entity, right: right.name, before: was, after: is }];
    });
  });
}

// Whether a change opens or closes: an opened right is marked, since it is the one that can do harm.
export function opens(change: Change): boolean {
  return barsOf(change.after) > barsOf(change.before);
}

// ---- Fields ------------------------------------------------------------------------------------------------

export interface FieldRule {
  id: string | null;
  version: number;
  entity: string;
  field: string;
  access: FieldAccess;
}

export function accessOf(rules: readonly FieldRule[], entity: string, field: string): FieldAccess {
  return rules.find((rule) => rule.entity === entity && rule.field === field)?.access ?? 'write';
}

export function setAccess(rules: readonly FieldRule[], entity: string, field: string, access: FieldAccess): FieldRule[] {
  const known = rules.find((rule) => rule.entity === entity && rule.field === field);
  if (known) return rules.map((rule) => (rule === known ? { ...rule, access } : rule));
  return [...rules, { id: null, version: 0, entity, field, access }];
}

export function fieldChanges(saved: readonly FieldRule[], draft: readonly FieldRule[]): FieldRule[] {
  return draft.filter((rule) => accessOf(saved, rule.entity, rule.field) !== rule.access);
}

// ---- Walking the grid ---------------------------------------------------------------------------------------

export interface Cell {
  row: number;
  column: number;
}

export function step(cell: Cell, key: string, rows: number, columns: number): Cell {
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most - 1, value));
  switch (key) {
    case 'ArrowUp': return { ...cell, row: clamp(cell.row - 1, rows) };
    case 'ArrowDown': return { ...cell, row: clamp(cell.row + 1, rows) };
    case 'ArrowLeft': return { ...cell, column: clamp(cell.column - 1, columns) };
    case 'ArrowRight': return { ...cell, column: clamp(cell.column + 1, columns) };
    case 'Home': return { ...cell, column: 0 };
    case 'End': return { ...cell, column: columns - 1 };
    default: return cell;
  }
}

// ---- Trees of teams and territories --------------------------------------------------------------------------

export interface Node<T> {
  item: T;
  depth: number;
  children: number;
}

// Parents before their children, siblings by name; an item whose parent is out of reach stands at the top.
export function treeOf<T extends { id: string }>(items: readonly T[], parent: (item: T) => string | null, name: (item: T) => string): Node<T>[] {
  const ids = new Set(items.map((item) => item.id));
  const below = new Map<string, T[]>();
  for (const item of items) {
    const above = parent(item);
    const key = above !== null && ids.has(above) ? above : '';
    below.set(key, [...(below.get(key) ?? []), item]);
  }
  const nodes: Node<T>[] = [];
  const visited = new Set<string>();
  const walk = (key: string, depth: number): void => {
    const children = [...(below.get(key) ?? [])].sort((a, b) => name(a).localeCompare(name(b)));
    for (const item of children) {
      if (visited.has(item.id)) continue;
      visited.add(item.id);
      nodes.push({ item, depth, children: below.get(item.id)?.length ?? 0 });
      walk(item.id, depth + 1);
    }
  };
  walk('', 0);
  return nodes;
}

// Which items may become the parent: everything but the item itself and what lies below it.
export function possibleParents<T extends { id: string }>(items: readonly T[], parent: (item: T) => string | null, id: string): T[] {
  const below = new Set([id]);
  let grown = true;
  while (grown) {
    grown = false;
    for (const item of items) {
      const above = parent(item);
      if (above !== null && below.has(above) && !below.has(item.id)) {
        below.add(item.id);
        grown = true;
      }
    }
  }
  return items.filter((item) => !below.has(item.id));
}
