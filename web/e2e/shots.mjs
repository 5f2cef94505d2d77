// Pictures of the screens, to be held against the design: node e2e/shots.mjs FOLDER [part of a name].
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';
import { serve } from './serve.mjs';

const [folder = '/tmp/shots', only = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const { server, address } = await serve(new URL('../dist', import.meta.url).pathname, process.env.FAIRLEAD_SERVER ?? 'http://127.0.0.1:8090');
const context = await launch();
const page = context.pages()[0] ?? (await context.newPage());
page.on('console', (message) => ['error', 'warning'].includes(message.type()) && console.log('console:', message.text().slice(0, 400)));
page.on('pageerror', (fault) => console.log('fault:', String(fault).slice(0, 600)));

const signIn = { email: process.env.FAIRLEAD_EMAIL ?? 'ha.nguyen@lamson.example', password: process.env.FAIRLEAD_PASSWORD ?? 'ferry crane ledger' };
await page.goto(address);
await page.evaluate((body) => fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }), signIn);

const id = async (plural) => page.evaluate(async (name) => (await (await fetch(`/api/v1/${name}?limit=3&sort=-created_at`)).json()).data[0].id, plural);
const screens = [
  { name: 'list', go: () => '/opportunities' },
  { name: 'panel', go: async () => `/opportunities?open=${await id('opportunities')}` },
  { name: 'dense', go: () => '/opportunities?view=all', dense: true, act: async () => { for (const at of [0, 2, 4]) await page.locator('.row .check input').nth(at).click({ force: true }); } },
  { name: 'record', go: async () => `/opportunities/${await id('opportunities')}` },
  { name: 'account', go: async () => `/accounts/${await id('accounts')}` },
  { name: 'history', go: async () => `/opportunities/${await id('opportunities')}?tab=history` },
  { name: 'palette', go: () => '/opportunities', act: async () => { await page.keyboard.press('Control+k'); await page.waitForTimeout(200); await page.keyboard.type('phu my'); } },
  { name: 'create', go: () => '/opportunities', act: () => page.keyboard.press('c') },
  { name: 'board', go: () => '/opportunities/board' },
  { name: 'filter', go: () => '/opportunities?view=all&filter=stage.kind+%3D+%22open%22+AND+CONTAINS(name%2C+%22a%22)+AND+account.tier+%3D+%22key%22' },
];

for (const screen of screens.filter(({ name }) => name.includes(only))) {
  for (const theme of ['light', 'dark']) {
    for (const [size, width, height] of [['wide', 1440, 900], ['narrow', 390, 844]]) {
      const language = size === 'narrow' ? 'vi' : theme === 'dark' ? 'vi' : 'en';
      await page.setViewportSize({ width, height });
      await page.evaluate(([theme, language, dense]) => {
        localStorage.setItem('fairlead.theme', theme);
        localStorage.setItem('fairlead.language', language);
        localStorage.setItem('fairlead.density', dense ? 'dense' : 'comfortable');
      }, [theme, language, screen.dense]);
      await page.goto(address + (await screen.go()));
      await page.waitForTimeout(900);
      if (screen.act && size === 'wide') await screen.act();
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(folder, `${screen.name}-${theme}-${size}-${language}.png`) });
    }
  }
}
await context.close();
server.close();
