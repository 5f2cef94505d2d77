// The web's own words: t(key, values) in the chosen language. English is always there; others load on use.
import { fill, type MessageValues } from './icu';

export type Language = 'en' | 'vi';
export const languages: { value: Language; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'vi', label: 'Tiếng Việt' },
];

type Messages = Record<string, string>;
const english = import.meta.glob<Messages>('./messages/*.en.json', { eager: true, import: 'default' });
const vietnamese = import.meta.glob<Messages>('./messages/*.vi.json', { import: 'default' });

function merged(files: Record<string, Messages>): Messages {
  const all: Messages = {};
  for (const [path, messages] of Object.entries(files)) {
    const area = /\/([a-z_]+)\.[a-z]{2}\.json$/.exec(path)?.[1] ?? '';
    for (const [key, text] of Object.entries(messages)) all[`${area}.${key}`] = text;
  }
  return all;
}

const fallback = merged(english);

class Locale {
  language = $state<Language>('en');
  messages = $state.raw<Messages>(fallback);
  zone = $state(Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC');
  currency = $state('USD');
  fiscalYearStart = $state(1);

  async choose(language: Language): Promise<void> {
    if (language === 'vi') {
      const files: Record<string, Messages> = {};
      await Promise.all(
        Object.entries(vietnamese).map(async ([path, load]) => {
          files[path] = await load();
        }),
      );
      this.messages = merged(files);
    } else {
      this.messages = fallback;
    }
    this.language = language;
    if (typeof document !== 'undefined') document.documentElement.lang = language;
  }
}

export const locale = new Locale();

const numbers = new Map<string, Intl.NumberFormat>();
function plainNumber(value: number): string {
  let format = numbers.get(locale.language);
  if (!format) numbers.set(locale.language, (format = new Intl.NumberFormat(locale.language)));
  return format.format(value).replace('-', '−');
}

export function t(key: string, values: MessageValues = {}): string {
  const text = locale.messages[key] ?? fallback[key];
  return text === undefined ? key : fill(text, values, locale.language, plainNumber);
}
