// The columns of a list: which, in what order, how wide; from the catalogue unless somebody chose otherwise.
import type { Entity, Field } from '$/catalog/types';

export interface Column {
  field: Field;
  width: number;
  right: boolean;
}

const widths: Partial<Record<Field['type'], number>> = {
  boolean: 80, whole: 80, decimal: 96, percent: 72, money: 136, date: 96, instant: 120, duration: 88, choice: 120, reference: 152, text: 160,
};

export const rightAligned = (field: Field) => ['whole', 'decimal', 'percent', 'money', 'date', 'duration'].includes(field.type);

// The fields of the business before those that every record has.
const ownFirst = (fields: Field[]): Field[] => [...fields.filter(({ system }) => !system), ...fields.filter(({ system }) => system)];

export const filterable = (entity: Entity): Field[] => ownFirst(entity.fields.filter((field) => !field.many && field.type !== 'list' && field.name !== 'id'));

export const listable = (entity: Entity): Field[] => filterable(entity).filter((field) => !field.long_text);

// What is due comes first, what has passed comes newest first; other lists stand as they are read.
export function standingSort(entity: Entity): string {
  const due = entity.fields.find((field) => field.name === 'due_on' && field.type === 'date');
  if (due) return due.name;
  const moment = entity.fields.find((field) => field.type === 'instant' && field.list && !field.system);
  return moment ? `-${moment.name}` : '';
}

export function defaultColumns(entity: Entity): string[] {
  const offered = listable(entity);
  const title = offered.find(({ name }) => name === entity.title);
  const listed = offered.filter((field) => field.list && field !== title);
  // Whose it is stands last: figures and dates are read first, beside an open panel too.
  const owner = listed.filter(({ meaning }) => meaning === 'owner');
  const chosen = [...(title ? [title] : []), ...listed.filter((field) => !owner.includes(field)), ...owner];
  return (chosen.length > 1 ? chosen : offered.filter(({ system }) => !system).slice(0, 6)).map(({ name }) => name);
}

export function columnsOf(entity: Entity, names: string[], wide: Record<string, number>): Column[] {
  const offered = listable(entity);
  const known = names.map((name) => offered.find((field) => field.name === name)).filter((field): field is Field => Boolean(field));
  const title = offered.find(({ name }) => name === entity.title);
  const fields = title && !known.includes(title) ? [title, ...known] : known;
  // The name stands first: it is pinned.
  const ordered = title ? [title, ...fields.filter((field) => field !== title)] : fields;
  return ordered.map((field) => ({
    field,
    right: rightAligned(field),
    width: wide[field.name] ?? (field.name === entity.title ? 208 : field.target === 'stage' ? 136 : (widths[field.type] ?? 160)),
  }));
}

// Sorting by "-amount,close_date".
export interface Sort {
  field: string;
  down: boolean;
}

export function parseSort(text: string): Sort[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((part) => ({ field: part.replace(/^-/, ''), down: part.startsWith('-') }));
}

// A click on a head: up or down first by type, then the other way, then none.
export function nextSort(present: string, field: Field): string {
  const [first] = parseSort(present);
  const downFirst = ['money', 'whole', 'decimal', 'percent', 'instant', 'duration'].includes(field.type);
  if (first?.field !== field.name) return downFirst ? `-${field.name}` : field.name;
  if (first.down === downFirst) return downFirst ? field.name : `-${field.name}`;
  return '';
}

export const sortable = (field: Field) => !field.many && !field.long_text;
