// Currencies and time zones to choose from: the currencies that the server takes, the usual ones first; the zones that
// the browser knows.
import { currencyCodes } from '$/catalog/entities';

export interface Place {
  value: string;
  label: string;
}

const usual = ['VND', 'USD', 'EUR', 'GBP', 'JPY', 'SGD', 'AUD', 'CNY', 'KRW', 'THB', 'INR', 'CHF'];

export function currencies(language: string): Place[] {
  const names = new Intl.DisplayNames([language], { type: 'currency' });
  const codes = [...usual, ...currencyCodes.filter((code) => !usual.includes(code))];
  return codes.map((code) => ({ value: code, label: `${code}, ${names.of(code) ?? code}` }));
}

// Some browsers still call a zone by the name that its city no longer has.
const renamed: Record<string, string> = { 'Asia/Saigon': 'Asia/Ho_Chi_Minh', 'Asia/Calcutta': 'Asia/Kolkata', 'Asia/Rangoon': 'Asia/Yangon', 'Asia/Katmandu': 'Asia/Kathmandu', 'Europe/Kiev': 'Europe/Kyiv' };
const nowCalled = (zone: string): string => renamed[zone] ?? zone;

// The zone of this browser's clock.
export const ownZone = (): string => nowCalled(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');

export function zones(present: string): Place[] {
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone').map(nowCalled) : ['UTC', present];
  return [...new Set([present, 'UTC', ...all])].map((zone) => ({ value: zone, label: zone }));
}
