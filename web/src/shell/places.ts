// Currencies and time zones to choose from: all that the browser knows, the usual ones first.
export interface Place {
  value: string;
  label: string;
}

const usual = ['VND', 'USD', 'EUR', 'GBP', 'JPY', 'SGD', 'AUD', 'CNY', 'KRW', 'THB', 'INR', 'CHF'];

export function currencies(language: string): Place[] {
  const names = new Intl.DisplayNames([language], { type: 'currency' });
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('currency') : usual;
  const codes = [...usual, ...all.filter((code) => !usual.includes(code))];
  return codes.map((code) => ({ value: code, label: `${code}, ${names.of(code) ?? code}` }));
}

export function zones(present: string): Place[] {
  const all = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : ['UTC', present];
  return [...new Set([present, 'UTC', ...all])].map((zone) => ({ value: zone, label: zone }));
}
