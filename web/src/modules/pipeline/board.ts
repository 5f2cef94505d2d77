// The board's state as plain values: columns, their cards, what a move does to counts and sums, and its reverse.

export interface Amount {
  amount: string;
  currency: string;
}

export type StageKind = 'open' | 'on_hold' | 'won' | 'lost';

export interface Stage {
  id: string;
  name: string;
  kind: StageKind;
  probability: string | number | null;
  count: number;
  sum: Amount | null;
  weighted: Amount | null;
}

export interface Reference {
  id: string;
  title: string;
}

// A record as the server gives it; the board reads only the fields that the catalogue names.
export interface Card {
  id: string;
  version: number;
  [field: string]: unknown;
}

export interface Column {
  stage: Stage;
  cards: Card[];
  next: string | null;
  state: 'empty' | 'loading' | 'ready' | 'failed';
}

export function columnOf(stage: Stage): Column {
  return { stage, cards: [], next: null, state: 'empty' };
}

// ---- Amounts: decimal texts, added without ever becoming binary fractions --------------------------------

interface Scaled {
  units: bigint;
  scale: number;
}

function scaled(text: string): Scaled {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace(/^[-+]/, '').split('.');
  const units = BigInt((whole || '0') + fraction);
  return { units: negative ? -units : units, scale: fraction.length };
}

function widen(value: Scaled, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

function textOf(units: bigint, scale: number): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale > 0 ? '.' + digits.slice(digits.length - scale) : '';
  return (negative ? '-' : '') + whole + fraction;
}

export function addDecimals(left: string, right: string, sign: 1 | -1 = 1): string {
  const a = scaled(left);
  const b = scaled(right);
  const scale = Math.max(a.scale, b.scale);
  return textOf(widen(a, scale) + BigInt(sign) * widen(b, scale), scale);
}

// Rounds halves to even, as money does everywhere in Fairlead, to the places that `amount` has.
export function weigh(amount: string, probability: string): string {
  const a = scaled(amount);
  const p = scaled(probability);
  const product = a.units * p.units;
  const unit = 10n ** BigInt(p.scale);
  const negative = product < 0n;
  const size = negative ? -product : product;
  let quotient = size / unit;
  const rest = (size % unit) * 2n;
  if (rest > unit || (rest === unit && quotient % 2n === 1n)) quotient += 1n;
  return textOf(negative ? -quotient : quotient, a.scale);
}

function shift(total: Amount | null, by: Amount | null, sign: 1 | -1): Amount | null {
  if (by === null) return total;
  if (total === null) return { amount: sign === 1 ? by.amount : addDecimals('0', by.amount, -1), currency: by.currency };
  // Sums are in the reporting currency. An amount in another one waits for the server's next answer.
  if (total.currency !== by.currency) return total;
  return { amount: addDecimals(total.amount, by.amount, sign), currency: total.currency };
}

function withCard(stage: Stage, amount: Amount | null, sign: 1 | -1): Stage {
  const weighted = amount === null ? null : { amount: weigh(amount.amount, String(stage.probability ?? '0')), currency: amount.currency };
  return {
    ...stage,
    count: stage.count + sign,
    sum: shift(stage.sum, amount, sign),
    weighted: shift(stage.weighted, weighted, sign),
  };
}

// ---- Moves -------------------------------------------------------------------------------------------------

export interface Place {
  stage: string;
  index: number;
}

export function placeOf(columns: readonly Column[], card: string): Place | null {
  for (const column of columns) {
    const index = column.cards.findIndex((each) => each.id === card);
    if (index >= 0) return { stage: column.stage.id, index };
  }
  return null;
}

// Puts a card into another column at once; the server's answer replaces the card later (`replaceCard`), or a
// refusal puts it back by moving it to the place it came from.
export function moveCard(columns: readonly Column[], id: string, to: Place, amountField: string, stageField: string): Column[] {
  const from = placeOf(columns, id);
  if (from === null) return [...columns];
  const source = columns.find((column) => column.stage.id === from.stage);
  const target = columns.find((column) => column.stage.id === to.stage);
  const card = source?.cards[from.index];
  if (!source || !target || !card) return [...columns];
  const amount = (card[amountField] as Amount | null | undefined) ?? null;
  const moved: Card = { ...card, [stageField]: { id: target.stage.id, title: target.stage.name } };
  return columns.map((column) => {
    if (column.stage.id === from.stage && column.stage.id === to.stage) {
      const cards = column.cards.filter((each) => each.id !== id);
      cards.splice(Math.min(to.index, cards.length), 0, moved);
      return { ...column, cards };
    }
    if (column.stage.id === from.stage) {
      return { ...column, stage: withCard(column.stage, amount, -1), cards: column.cards.filter((each) => each.id !== id) };
    }
    if (column.stage.id === to.stage) {
      const cards = [...column.cards];
      cards.splice(Math.min(to.index, cards.length), 0, moved);
      return { ...column, stage: withCard(column.stage, amount, 1), cards };
    }
    return column;
  });
}

export function replaceCard(columns: readonly Column[], card: Card): Column[] {
  return columns.map((column) =>
    column.cards.some((each) => each.id === card.id)
      ? { ...column, cards: column.cards.map((each) => (each.id === card.id ? card : each)) }
      : column,
  );
}

export function removeCard(columns: readonly Column[], id: string): Column[] {
  return columns.map((column) => ({ ...column, cards: column.cards.filter((each) => each.id !== id) }));
}

// Deals that others changed, as they now are: each in the column and at the place that are its own now. Of those that
// were asked for and not found, none is on the board any more.
export function placeCards(columns: readonly Column[], asked: readonly string[], found: readonly Card[], order: (stage: Stage) => string): Column[] {
  let now = [...columns];
  const known = new Set(found.map(({ id }) => id));
  for (const id of asked) if (!known.has(id)) now = removeCard(now, id);
  for (const card of found) {
    now = removeCard(now, card.id);
    const stage = (card.stage as Reference | null)?.id;
    now = now.map((column) => {
      if (column.stage.id !== stage || column.state !== 'ready') return column;
      const index = sortedIndex(column.cards, card, order(column.stage));
      // Behind the last card of a page it belongs to a page that has not been read.
      if (index === column.cards.length && column.next !== null) return column;
      return { ...column, cards: column.cards.toSpliced(index, 0, card) };
    });
  }
  return now;
}

// A page of a column: joined to what is there, without the cards that were moved meanwhile.
export function joinPage(columns: readonly Column[], stage: string, cards: readonly Card[], next: string | null): Column[] {
  const known = new Set(columns.flatMap((column) => column.cards.map((card) => card.id)));
  return columns.map((column) =>
    column.stage.id === stage
      ? { ...column, cards: [...column.cards, ...cards.filter((card) => !known.has(card.id))], next, state: 'ready' as const }
      : column,
  );
}

// New heads from the server; the cards that are loaded stay.
export function refreshStages(columns: readonly Column[], stages: readonly Stage[]): Column[] {
  return stages.map((stage) => {
    const known = columns.find((column) => column.stage.id === stage.id);
    return known ? { ...known, stage } : columnOf(stage);
  });
}

// ---- Keyboard ----------------------------------------------------------------------------------------------

// Where an arrow leads from a card: up and down within the column, left and right to the same height.
export function neighbour(columns: readonly Column[], id: string, key: string): string | null {
  const shown = columns.filter((column) => column.stage.kind !== 'won' && column.stage.kind !== 'lost');
  const at = placeOf(shown, id);
  if (at === null) return null;
  const position = shown.findIndex((column) => column.stage.id === at.stage);
  const column = shown[position];
  if (!column) return null;
  if (key === 'ArrowDown') return column.cards[at.index + 1]?.id ?? null;
  if (key === 'ArrowUp') return column.cards[at.index - 1]?.id ?? null;
  if (key === 'Home') return column.cards[0]?.id ?? null;
  if (key === 'End') return column.cards[column.cards.length - 1]?.id ?? null;
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return null;
  for (let next = position + step; next >= 0 && next < shown.length; next += step) {
    const cards = shown[next]?.cards ?? [];
    if (cards.length > 0) return cards[Math.min(at.index, cards.length - 1)]?.id ?? null;
  }
  return null;
}

export interface MoveTarget {
  stage: Stage;
  key: string;
}

// The rows of "Move to stage": digits for open stages in their order, W and L for the ends.
export function moveTargets(stages: readonly Stage[]): MoveTarget[] {
  let digit = 0;
  const letter = new Set<string>();
  return stages.map((stage) => {
    let key = '';
    if (stage.kind === 'won' || stage.kind === 'lost') {
      const wanted = stage.kind === 'won' ? 'W' : 'L';
      if (!letter.has(wanted)) key = wanted;
      letter.add(wanted);
    } else if (digit < 9) {
      digit += 1;
      key = String(digit);
    }
    return { stage, key };
  });
}

// ---- What a card says --------------------------------------------------------------------------------------

export function daysBetween(from: string, to: string): number {
  const start = Date.parse(from.slice(0, 10) + 'T00:00:00Z');
  const end = Date.parse(to.slice(0, 10) + 'T00:00:00Z');
  return Math.round((end - start) / 86_400_000);
}

export type Warning =
  | { kind: 'overdue'; days: number }
  | { kind: 'stale'; days: number }
  | { kind: 'no_next_step' };

export interface CardFacts {
  overdue: boolean;
  stale: boolean;
  closeDate: string | null;
  inStageSince: string | null;
  // Undefined means that the reader may not see the field: nothing is said about it.
  nextStep: string | null | undefined;
}

// At most one line, the most pressing first: a close date that has passed, then standing still, then no step.
export function warningOf(facts: CardFacts, today: string): Warning | null {
  if (facts.overdue && facts.closeDate !== null) return { kind: 'overdue', days: daysBetween(facts.closeDate, today) };
  if (facts.stale && facts.inStageSince !== null) return { kind: 'stale', days: daysBetween(facts.inStageSince, today) };
  if (facts.nextStep === null || facts.nextStep === '') return { kind: 'no_next_step' };
  return null;
}

// ---- Where a moved card lands ------------------------------------------------------------------------------

function sortValue(card: Card, field: string): string | number | null {
  const value = card[field];
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'object') {
    const money = value as Partial<Amount & Reference>;
    return money.amount !== undefined ? Number(money.amount) : (money.title ?? null);
  }
  return typeof value === 'number' ? value : String(value);
}

// The place that the column's order gives the card: a board shows order, it does not keep one by hand.
export function sortedIndex(cards: readonly Card[], card: Card, sort: string): number {
  const down = sort.startsWith('-');
  const field = sort.replace(/^-/, '');
  const mine = sortValue(card, field);
  const others = cards.filter((each) => each.id !== card.id);
  const after = others.findIndex((each) => {
    const theirs = sortValue(each, field);
    if (mine === null) return false;
    if (theirs === null) return true;
    const order = typeof mine === 'number' && typeof theirs === 'number' ? mine - theirs : String(mine).localeCompare(String(theirs));
    return down ? order > 0 : order < 0;
  });
  return after < 0 ? others.length : after;
}
