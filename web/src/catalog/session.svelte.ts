// Who is signed in, what exists for them (the catalogue), and how they like it shown.
import { languages, locale, type Language } from '$/i18n/index.svelte';
import { api, Refused, settings } from './client';
import type { Ability, Catalog, Entity, Field, User } from './types';

export type Theme = 'light' | 'dark' | 'system';
export type Density = 'comfortable' | 'dense';
type State = 'starting' | 'set_up' | 'signed_out' | 'ready' | 'failed';

// What the server says of who is signed in. `seq`: everything read from now on is at least this new.
export interface SignedIn {
  user: User;
  csrf: string;
  seq?: number;
}

interface SetUp {
  needed: boolean;
  version?: string;
  company?: string;
}

const kept = {
  read: (name: string) => {
    try {
      return localStorage.getItem(`fairlead.${name}`);
    } catch {
      return null;
    }
  },
  write: (name: string, value: string) => {
    try {
      localStorage.setItem(`fairlead.${name}`, value);
    } catch {
      // A browser that keeps nothing still works; the choice lasts for this page.
    }
  },
};

class Session {
  state = $state<State>('starting');
  user = $state<User | null>(null);
  catalog = $state.raw<Catalog | null>(null);
  company = $state('Fairlead');
  version = $state('');
  reachable = $state(true);
  seq = 0;
  // The server ended the session while the person was at work; sign-in says so.
  ended = $state(false);
  theme = $state<Theme>((kept.read('theme') as Theme | null) ?? 'system');
  density = $state<Density>((kept.read('density') as Density | null) ?? 'comfortable');

  private chosen = kept.read('language');

  constructor() {
    settings.onSignedOut = () => {
      if (this.state !== 'ready') return;
      this.ended = true;
      this.state = 'signed_out';
    };
    settings.onReachable = (reachable) => (this.reachable = reachable);
  }

  async start(): Promise<void> {
    await this.chooseLanguage(this.preferred(), false);
    this.showTheme();
    this.showDensity();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.showTheme());
    await this.enter();
  }

  async enter(): Promise<void> {
    try {
      const setUp = await api.get<SetUp>('/set-up');
      this.company = setUp.company || 'Fairlead';
      this.version = setUp.version ?? '';
      if (setUp.needed) {
        this.state = 'set_up';
        return;
      }
      await this.accept(await api.get<SignedIn>('/session'));
    } catch (fault) {
      this.state = fault instanceof Refused && fault.status === 401 ? 'signed_out' : 'failed';
    }
  }

  async accept(answer: SignedIn): Promise<void> {
    settings.csrf = answer.csrf;
    this.seq = answer.seq ?? 0;
    this.ended = false;
    this.user = answer.user;
    await this.chooseLanguage(this.preferred(answer.user.language), false);
    await this.loadCatalog();
    this.state = 'ready';
  }

  async loadCatalog(): Promise<void> {
    const catalog = await api.get<Catalog>('/catalog');
    this.catalog = catalog;
    this.company = catalog.company || this.company;
    locale.zone = catalog.zone || locale.zone;
    locale.currency = catalog.currency;
    locale.fiscalYearStart = catalog.fiscal_year_start_month;
    this.user = { ...this.user, ...catalog.user };
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.accept(await api.post<SignedIn>('/session', { email, password }));
  }

  async signOut(): Promise<void> {
    try {
      await api.remove('/session');
    } finally {
      settings.csrf = '';
      this.user = null;
      this.catalog = null;
      this.state = 'signed_out';
    }
  }

  // What was chosen in this browser, else what the person prefers, else what the browser asks for.
  private preferred(own?: string): Language {
    const wanted = [this.chosen, own, navigator.language.slice(0, 2)];
    return wanted.flatMap((one) => languages.find(({ value }) => value === one)?.value ?? [])[0] ?? 'en';
  }

  async chooseLanguage(language: Language, keep = true): Promise<void> {
    settings.language = language;
    await locale.choose(language);
    if (keep) {
      this.chosen = language;
      kept.write('language', language);
      if (this.state === 'ready') await this.loadCatalog();
    }
  }

  chooseTheme(theme: Theme): void {
    this.theme = theme;
    kept.write('theme', theme);
    this.showTheme();
  }

  chooseDensity(density: Density): void {
    this.density = density;
    kept.write('density', density);
    this.showDensity();
  }

  private showTheme(): void {
    const dark = this.theme === 'dark' || (this.theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }

  private showDensity(): void {
    document.documentElement.dataset.density = this.density;
  }
}

export const session = new Session();
export { kept };

// ---- Looking things up -----------------------------------------------------------------------------------------

export function entity(name: string): Entity | undefined {
  return session.catalog?.entities.find((found) => found.name === name);
}

export function entityByPlural(plural: string): Entity | undefined {
  return session.catalog?.entities.find((found) => found.plural === plural);
}

export function field(of: Entity, name: string): Field | undefined {
  return of.fields.find((found) => found.name === name);
}

export function may(of: Entity | undefined, ability: Ability): boolean {
  return of?.may[ability] === true;
}
