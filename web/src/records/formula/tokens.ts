// Reads formula text into tokens, and finds what could be completed at a place; no checking, that is the server's.

export type TokenKind = 'number' | 'text' | 'function' | 'field' | 'keyword' | 'operator' | 'bracket' | 'fault' | 'space';

export interface Token {
  kind: TokenKind;
  begin: number;
  end: number;
  text: string;
}

const keywords = new Set(['true', 'false', 'and', 'or', 'not', 'in']);
const nameStart = /[\p{L}_]/u;
const namePart = /[\p{L}\p{N}_]/u;
const operators = ['<>', '<=', '>=', '=', '<', '>', '+', '-', '*', '/', '^', '&', '%'];

// The end of a quoted text that begins at `at`; a doubled quote stands for itself.
function textEnd(source: string, at: number): { end: number; closed: boolean } {
  let place = at + 1;
  while (place < source.length) {
    if (source[place] === '"') {
      if (source[place + 1] !== '"') return { end: place + 1, closed: true };
      place += 2;
    } else {
      place += 1;
    }
  }
  return { end: source.length, closed: false };
}

function nameEnd(source: string, at: number): number {
  let place = at;
  while (place < source.length && namePart.test(source[place] ?? '')) place += 1;
  // A dot goes on with the path only when a name follows, or nothing yet (while typing).
  while (source[place] === '.' && (place + 1 >= source.length || nameStart.test(source[place + 1] ?? ''))) {
    place += 1;
    while (place < source.length && namePart.test(source[place] ?? '')) place += 1;
  }
  return place;
}

export function nextToken(source: string, at: number): Token {
  const sign = source[at] ?? '';
  const make = (kind: TokenKind, end: number): Token => ({ kind, begin: at, end, text: source.slice(at, end) });
  if (/\s/.test(sign)) {
    let end = at;
    while (end < source.length && /\s/.test(source[end] ?? '')) end += 1;
    return make('space', end);
  }
  if (sign === '"') {
    const { end, closed } = textEnd(source, at);
    return make(closed ? 'text' : 'fault', end);
  }
  if (/[0-9]/.test(sign)) {
    const match = /^[0-9]+(\.[0-9]+)?%?/.exec(source.slice(at));
    return make('number', at + (match?.[0].length ?? 1));
  }
  if (nameStart.test(sign)) {
    const end = nameEnd(source, at);
    const word = source.slice(at, end);
    if (keywords.has(word.toLowerCase()) && !/^\s*\(/.test(source.slice(end))) return make('keyword', end);
    return make(/^\s*\(/.test(source.slice(end)) ? 'function' : 'field', end);
  }
  if ('(),;{}[]'.includes(sign)) return make('bracket', at + 1);
  for (const operator of operators) {
    if (source.startsWith(operator, at)) return make('operator', at + operator.length);
  }
  return make('fault', at + 1);
}

export function tokens(source: string): Token[] {
  const all: Token[] = [];
  for (let at = 0; at < source.length; ) {
    const token = nextToken(source, at);
    all.push(token);
    at = token.end;
  }
  return all;
}

// ---- Completion ----------------------------------------------------------------------------------------------

export interface FieldEntry {
  name: string;
  label: string;
  type: string;
  target?: string | undefined;
  choices?: { value: string; label: string }[] | undefined;
}

export interface FunctionEntry {
  name: string;
  signature?: string | undefined;
  about?: string | undefined;
  example?: string | undefined;
  result?: string | undefined;
}

export interface Names {
  fields(entity: string): FieldEntry[];
  functions: FunctionEntry[];
}

export interface Proposal {
  text: string;
  detail: string;
  kind: 'field' | 'function' | 'choice';
  label: string;
}

export interface Completion {
  from: number;
  proposals: Proposal[];
}

function fold(text: string): string {
  return text.toLocaleLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/g, 'd');
}

// The entity that the path before the last dot leads to, or nothing when it leads nowhere.
export function entityAt(path: readonly string[], entity: string, names: Names): string | null {
  let here = entity;
  for (const step of path) {
    const field = names.fields(here).find((each) => each.name === step);
    if (!field?.target) return null;
    here = field.target;
  }
  return here;
}

function fieldProposals(entity: string, part: string, names: Names): Proposal[] {
  const wanted = fold(part);
  return names
    .fields(entity)
    .filter((field) => fold(field.name).includes(wanted) || fold(field.label).includes(wanted))
    .map((field) => ({ text: field.name, detail: field.type, kind: 'field' as const, label: field.label }))
    .sort((a, b) => Number(fold(b.text).startsWith(wanted)) - Number(fold(a.text).startsWith(wanted)) || a.text.localeCompare(b.text));
}

// A field of choices compared with `=` or `<>` completes to its words, quotes included.
function choiceProposals(source: string, at: number, entity: string, names: Names): Completion | null {
  const before = tokens(source.slice(0, at)).filter((token) => token.kind !== 'space');
  let open = before[before.length - 1];
  let from = at;
  if (open && (open.kind === 'fault' || open.kind === 'text') && open.text.startsWith('"')) {
    from = open.begin;
    before.pop();
    open = before[before.length - 1];
  }
  const field = before[before.length - 2];
  if (!open || open.kind !== 'operator' || (open.text !== '=' && open.text !== '<>') || field?.kind !== 'field') return null;
  const path = field.text.split('.');
  const last = path.pop() ?? '';
  const owner = entityAt(path, entity, names);
  const choices = owner === null ? [] : (names.fields(owner).find((each) => each.name === last)?.choices ?? []);
  if (choices.length === 0) return null;
  const part = fold(source.slice(from, at).replace(/"/g, ''));
  const proposals = choices
    .filter((choice) => fold(choice.value).includes(part) || fold(choice.label).includes(part))
    .map((choice) => ({ text: `"${choice.value}"`, detail: '', kind: 'choice' as const, label: choice.label }));
  return { from, proposals };
}

export function complete(source: string, at: number, entity: string, names: Names): Completion | null {
  const choices = choiceProposals(source, at, entity, names);
  if (choices) return choices;
  const inside = tokens(source).find((token) => token.begin < at && at <= token.end);
  if (inside && (inside.kind === 'text' || inside.kind === 'number' || (inside.kind === 'fault' && inside.text.startsWith('"')))) return null;
  const named = inside && (inside.kind === 'field' || inside.kind === 'function' || inside.kind === 'keyword') ? inside : null;
  const typed = named ? source.slice(named.begin, at) : '';
  const dot = typed.lastIndexOf('.');
  if (named && dot >= 0) {
    const owner = entityAt(typed.slice(0, dot).split('.'), entity, names);
    if (owner === null) return null;
    return { from: named.begin + dot + 1, proposals: fieldProposals(owner, typed.slice(dot + 1), names) };
  }
  const wanted = fold(typed);
  const functions = names.functions
    .filter((each) => fold(each.name).startsWith(wanted))
    .map((each) => ({ text: each.name + '(', detail: each.signature ?? '', kind: 'function' as const, label: each.about ?? '' }));
  return { from: named?.begin ?? at, proposals: [...fieldProposals(entity, typed, names), ...functions] };
}

// The function around or at the place, for its help.
export function functionAt(source: string, at: number): string | null {
  const open: string[] = [];
  let last: Token | null = null;
  for (const token of tokens(source)) {
    if (token.kind === 'function' && token.begin <= at && at <= token.end) return token.text.toUpperCase();
    if (token.begin >= at) break;
    if (token.text === '(') open.push(last?.kind === 'function' ? last.text.toUpperCase() : '');
    if (token.text === ')') open.pop();
    if (token.kind !== 'space') last = token;
  }
  for (const name of open.reverse()) if (name !== '') return name;
  return null;
}
