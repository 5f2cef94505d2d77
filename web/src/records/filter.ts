// A filter as parts that people click together, and as the formula that the server reads. The formula is the truth:
// parts are read out of it, and what is no part stays a piece of formula.
import type { Entity, Field } from '$/catalog/types';

export type Operator =
  | 'is' | 'is_not' | 'contains' | 'starts' | 'empty' | 'filled'
  | 'equal' | 'over' | 'at_least' | 'under' | 'at_most'
  | 'on' | 'before' | 'after' | 'within' | 'true' | 'false' | 'open' | 'me';

export interface FieldPart {
  kind: 'field';
  field: string;
  operator: Operator;
  values: string[];
}

export interface FormulaPart {
  kind: 'formula';
  text: string;
}

export type Part = FieldPart | FormulaPart;

export const periods = [
  'today', 'this week', 'this month', 'this fiscal quarter', 'this fiscal year', 'next 30 days', 'next fiscal quarter',
  'last 7 days', 'last 30 days', 'last month', 'last fiscal quarter', 'last fiscal year', 'past', 'future',
] as const;

export function operatorsOf(field: Field): Operator[] {
  switch (field.type) {
    case 'text':
      return ['contains', 'starts', 'is', 'is_not', 'empty', 'filled'];
    case 'choice':
      return ['is', 'is_not', 'empty', 'filled'];
    case 'reference':
      if (field.target === 'stage') return ['is', 'is_not', 'open'];
      return field.target === 'user' ? ['is', 'me', 'is_not', 'empty', 'filled'] : ['is', 'is_not', 'empty', 'filled'];
    case 'boolean':
      return ['true', 'false'];
    case 'date':
    case 'instant':
      return ['within', 'on', 'before', 'after', 'empty', 'filled'];
    default:
      return ['at_least', 'at_most', 'over', 'under', 'equal', 'empty', 'filled'];
  }
}

export const takesValue = (operator: Operator) => !['empty', 'filled', 'true', 'false', 'open', 'me'].includes(operator);

export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

const signs: Partial<Record<Operator, string>> = {
  equal: '=', over: '>', at_least: '>=', under: '<', at_most: '<=', on: '=', before: '<', after: '>',
};

// A date as the formula writes it.
const dateCall = (iso: string) => `DATE(${iso.split('-').map(Number).join(', ')})`;

export function partFormula(part: Part, field: Field | undefined): string {
  if (part.kind === 'formula') return part.text.trim();
  const { field: name, operator, values } = part;
  const first = values[0] ?? '';
  const oneOf = values.map((value) => `${name} = ${quoted(value)}`);
  switch (operator) {
    case 'is':
      return oneOf.length > 1 ? `OR(${oneOf.join(', ')})` : oneOf[0]!;
    case 'is_not':
      return oneOf.length > 1 ? `NOT(OR(${oneOf.join(', ')}))` : `${name} <> ${quoted(first)}`;
    case 'contains':
      return `CONTAINS(${name}, ${quoted(first)})`;
    case 'starts':
      return `STARTS_WITH(${name}, ${quoted(first)})`;
    case 'empty':
      return `ISBLANK(${name})`;
    case 'filled':
      return `NOT(ISBLANK(${name}))`;
    case 'true':
      return `${name} = TRUE`;
    case 'false':
      return `${name} = FALSE`;
    case 'open':
      return `${name}.kind = "open"`;
    case 'me':
      return `${name} = CURRENT_USER()`;
    case 'within':
      return `IN_PERIOD(${name}, ${quoted(first)})`;
    default:
      return `${name} ${signs[operator]} ${field?.type === 'date' || field?.type === 'instant' ? dateCall(first) : first}`;
  }
}

// A part is complete when it says something; an unfinished one filters nothing.
export const complete = (part: Part) =>
  part.kind === 'formula' ? part.text.trim() !== '' : !takesValue(part.operator) || (part.values[0] ?? '') !== '';

export function filterFormula(parts: Part[], entity: Entity): string {
  const texts = parts.filter(complete).map((part) => {
    const text = partFormula(part, part.kind === 'field' ? entity.fields.find(({ name }) => name === part.field) : undefined);
    return part.kind === 'formula' && parts.length > 1 && topLevel(text, 'OR').length > 1 ? `(${text})` : text;
  });
  return texts.join(' AND ');
}

// ---- Reading ---------------------------------------------------------------------------------------------------

// Splits at a word (AND, OR) or a comma that stands outside brackets and quotes.
function topLevel(text: string, word: 'AND' | 'OR' | ','): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let quote = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char === '"') quote = !quote;
    if (quote) continue;
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth !== 0) continue;
    const here = word === ',' ? char === ',' : new RegExp(`^\\s${word}[\\s(]`, 'i').test(text.slice(at, at + word.length + 2));
    // OR(a, b) is a function where a word stands before it that wants something after it.
    if (!here || (word !== ',' && /\b(AND|OR|NOT)$/i.test(text.slice(from, at).trimEnd()))) continue;
    pieces.push(text.slice(from, at));
    at += word === ',' ? 0 : word.length;
    from = at + 1;
  }
  return [...pieces, text.slice(from)].map((piece) => piece.trim()).filter(Boolean);
}

// The inside of a call that takes the whole text: inside('NOT(x)', 'NOT') is "x".
function inside(text: string, name: string): string | null {
  if (!text.toUpperCase().startsWith(`${name}(`) || !text.endsWith(')')) return null;
  const body = text.slice(name.length + 1, -1);
  let depth = 0;
  let quote = false;
  for (const char of body) {
    if (char === '"') quote = !quote;
    if (quote) continue;
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth < 0) return null;
  }
  return body;
}

const unquoted = (text: string) => (/^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : null);

export function parseFilter(formula: string, entity: Entity): Part[] {
  if (!formula.trim()) return [];
  // An OR between parts holds them together: what stands on its sides are not parts that could go alone.
  if (topLevel(formula, 'OR').length > 1) return [{ kind: 'formula', text: formula.trim() }];
  return topLevel(formula, 'AND').map((text): Part => {
    const part = parsePart(text, entity);
    return part ?? { kind: 'formula', text };
  });
}

function parsePart(text: string, entity: Entity): FieldPart | null {
  const fieldOf = (name: string) => entity.fields.find((field) => field.name === name && !field.many);
  const part = (name: string, operator: Operator, values: string[] = []): FieldPart | null => {
    const field = fieldOf(name);
    return field && operatorsOf(field).includes(operator) ? { kind: 'field', field: name, operator, values } : null;
  };

  const negated = inside(text, 'NOT');
  if (negated !== null) {
    const blank = inside(negated, 'ISBLANK');
    if (blank !== null) return part(blank.trim(), 'filled');
    const many = anyOf(negated);
    return many ? part(many.field, 'is_not', many.values) : null;
  }
  const blank = inside(text, 'ISBLANK');
  if (blank !== null) return part(blank.trim(), 'empty');
  for (const [name, operator] of [['CONTAINS', 'contains'], ['STARTS_WITH', 'starts'], ['IN_PERIOD', 'within']] as const) {
    const body = inside(text, name);
    if (body === null) continue;
    const [field = '', given = ''] = topLevel(body, ',');
    const value = unquoted(given);
    return value === null ? null : part(field, operator, [value]);
  }
  const many = anyOf(text);
  if (many) return part(many.field, 'is', many.values);

  const compared = /^([a-z_][\w.]*)\s*(=|<>|<=|>=|<|>)\s*([\s\S]+)$/.exec(text);
  if (!compared) return null;
  const [, name = '', sign = '', right = ''] = compared;
  if (name.endsWith('.kind') && sign === '=' && right === '"open"') return part(name.slice(0, -5), 'open');
  const field = fieldOf(name);
  if (!field) return null;
  if (/^(TRUE|FALSE)$/i.test(right) && sign === '=') return part(name, right.toUpperCase() === 'TRUE' ? 'true' : 'false');
  if (/^CURRENT_USER\(\)$/i.test(right) && sign === '=') return part(name, 'me');
  const dated = /^DATE\((\d{4}),\s*(\d{1,2}),\s*(\d{1,2})\)$/i.exec(right);
  if (dated) {
    const iso = [dated[1], dated[2]!.padStart(2, '0'), dated[3]!.padStart(2, '0')].join('-');
    const operator = ({ '=': 'on', '<': 'before', '>': 'after' } as const)[sign as '=' | '<' | '>'];
    return operator ? part(name, operator, [iso]) : null;
  }
  const words = unquoted(right);
  if (words !== null) return sign === '=' ? part(name, 'is', [words]) : sign === '<>' ? part(name, 'is_not', [words]) : null;
  if (/^-?\d+(\.\d+)?%?$/.test(right)) {
    const operator = ({ '=': 'equal', '>': 'over', '>=': 'at_least', '<': 'under', '<=': 'at_most' } as const)[sign as '=' | '>'];
    return operator ? part(name, operator, [right]) : null;
  }
  return null;
}

// OR(a = "1", a = "2") of one and the same field.
function anyOf(text: string): { field: string; values: string[] } | null {
  const body = inside(text, 'OR');
  if (body === null) return null;
  let field = '';
  const values: string[] = [];
  for (const piece of topLevel(body, ',')) {
    const found = /^([a-z_]\w*)\s*=\s*("(?:[^"]|"")*")$/.exec(piece);
    if (!found || (field && field !== found[1])) return null;
    field = found[1]!;
    values.push(unquoted(found[2]!)!);
  }
  return field ? { field, values } : null;
}

// The filter of a related list and what else has been chosen on top of it.
export function both(...formulas: (string | undefined)[]): string {
  const present = formulas.filter((text): text is string => Boolean(text?.trim()));
  if (present.length < 2) return present[0] ?? '';
  return present.map((text) => (topLevel(text, 'OR').length > 1 ? `(${text})` : text)).join(' AND ');
}
