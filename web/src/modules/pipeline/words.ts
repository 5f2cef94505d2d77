// What a card says in words: its warning, its age, and its whole content in one sentence for assistive technology.
import { t } from '$/i18n/index.svelte';
import { dayShort, moneyShort, today } from '$/kit/format';
import { daysBetween, warningOf, type Amount, type Card, type Reference, type Warning } from './board';

export const titleOf = (card: Card): string => String(card.name ?? card.id);
export const referenceOf = (value: unknown): Reference | null => (value as Reference | null | undefined) ?? null;
export const amountOf = (card: Card): Amount | null => (card.amount as Amount | null | undefined) ?? null;

export function ageOf(card: Card): number | null {
  const since = card.stage_since as string | null | undefined;
  return since ? Math.max(0, daysBetween(since, today())) : null;
}

export function warning(card: Card): Warning | null {
  return warningOf(
    {
      overdue: card.is_overdue === true,
      stale: card.is_stale === true,
      closeDate: (card.close_date as string | null | undefined) ?? null,
      inStageSince: (card.stage_since as string | null | undefined) ?? null,
      nextStep: card.next_step as string | null | undefined,
    },
    today(),
  );
}

export function warningText(found: Warning): string {
  if (found.kind === 'no_next_step') return t('board.no_next_step');
  return found.kind === 'overdue' ? t('board.overdue', { days: found.days }) : t('board.stale', { days: found.days });
}

// `extras`: what else the card shows, in words.
export function spoken(card: Card, extras: string[] = []): string {
  const amount = amountOf(card);
  const close = card.close_date as string | null | undefined;
  const found = warning(card);
  return [
    titleOf(card),
    referenceOf(card.account)?.title,
    amount && moneyShort(amount),
    close && t('board.closes', { day: dayShort(close) }),
    referenceOf(card.owner)?.title,
    found && warningText(found),
    ...extras,
  ].filter(Boolean).join(', ');
}
