// Fills a message: {name}, and {count, plural, =0 {none} one {# record} other {# records}} after ICU's manner.
export type MessageValues = Record<string, string | number>;

interface Scan {
  text: string;
  at: number;
}

export function fill(message: string, values: MessageValues, language: string, number: (value: number) => string): string {
  return read({ text: message, at: 0 }, values, language, number, null);
}

// Reads until the end or the brace that closes an arm. `counted` is what # stands for.
function read(
  scan: Scan,
  values: MessageValues,
  language: string,
  number: (value: number) => string,
  counted: number | null,
): string {
  let out = '';
  while (scan.at < scan.text.length) {
    const char = scan.text[scan.at]!;
    if (char === '}') break;
    scan.at += 1;
    if (char === '{') out += argument(scan, values, language, number);
    else if (char === '#' && counted !== null) out += number(counted);
    else out += char;
  }
  return out;
}

function argument(scan: Scan, values: MessageValues, language: string, number: (value: number) => string): string {
  const name = word(scan);
  const value = values[name];
  if (scan.text[scan.at] === '}') {
    scan.at += 1;
    if (value === undefined) return '';
    return typeof value === 'number' ? number(value) : value;
  }
  scan.at += 1; // the comma before the kind
  const kind = word(scan);
  if (scan.text[scan.at] === ',') scan.at += 1;
  const arms = new Map<string, string>();
  const count = Number(value);
  while (scan.at < scan.text.length) {
    const selector = word(scan);
    if (scan.text[scan.at] === '}') {
      scan.at += 1;
      break;
    }
    scan.at += 1; // the arm's opening brace
    arms.set(selector, read(scan, values, language, number, kind === 'plural' ? count : null));
    scan.at += 1; // its closing brace
  }
  if (kind === 'plural') {
    const category = new Intl.PluralRules(language).select(count);
    return arms.get(`=${count}`) ?? arms.get(category) ?? arms.get('other') ?? '';
  }
  return arms.get(String(value)) ?? arms.get('other') ?? '';
}

function word(scan: Scan): string {
  while (/\s/.test(scan.text[scan.at] ?? '')) scan.at += 1;
  const from = scan.at;
  while (scan.at < scan.text.length && !/[\s,{}]/.test(scan.text[scan.at]!)) scan.at += 1;
  const found = scan.text.slice(from, scan.at);
  while (/\s/.test(scan.text[scan.at] ?? '')) scan.at += 1;
  return found;
}
