// What every task of the tests has: the program, a browser, people in it, and the watch over what goes wrong.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { browse, profile } from './browser.mjs';
import { start } from './program.mjs';
import { visitor } from './seed.mjs';
import { serve } from './serve.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.FAIRLEAD_PICTURES ?? mkdtempSync(join(tmpdir(), 'fairlead-e2e-failed-'));
mkdirSync(pictures, { recursive: true });

export const administrator = { name: 'Nguyễn Thu Hà', email: 'ha.nguyen@lamson.example', password: 'ferry crane ledger' };

export const world = { program: null, browser: null, call: null, people: new Map() };

// FAIRLEAD_DIST=1 shows web/dist as it is now, without building the program again.
export async function begin() {
  world.program = await start();
  if (process.env.FAIRLEAD_DIST) {
    world.front = await serve(new URL('../dist', import.meta.url).pathname, world.program.address);
    world.program.address = world.front.address;
  }
  world.browser = await browse();
}

export async function end() {
  await world.browser?.close();
  world.front?.server.close();
  world.program?.stop();
}

// Signs in over REST, as any program would.
export async function signInAsProgram() {
  const { call } = await visitor(world.program.address);
  await call('POST', '/session', { email: administrator.email, password: administrator.password });
  world.call = call;
  return call;
}

// A window of one person; without a language where `language` is null. Whatever the page reports as an error stands in `faults`.
export async function windowOf(person, { language = 'en', theme = 'light', ...more } = {}) {
  const context = await profile(world.browser, more);
  await context.addInitScript(([language, theme]) => {
    // How many answers are waited for; `settled` looks at it.
    const ask = window.fetch;
    window.waiting = 0;
    window.fetch = (...asked) => {
      window.waiting += 1;
      return ask(...asked).finally(() => setTimeout(() => (window.waiting -= 1)));
    };
    if (language && !localStorage.getItem('fairlead.language')) localStorage.setItem('fairlead.language', language);
    if (!localStorage.getItem('fairlead.theme')) localStorage.setItem('fairlead.theme', theme);
  }, [language, theme]);
  if (person) {
    const answer = await context.request.post(`${world.program.address}/api/v1/session`, { data: { email: person.email, password: person.password } });
    assert.equal(answer.status(), 200, await answer.text());
  }
  context.setDefaultTimeout(Number(process.env.FAIRLEAD_PATIENCE ?? 15_000));
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    // The browser reports every refusal of the server as an error of its own; those are looked at where they matter.
    if (['error', 'warning'].includes(message.type()) && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (fault) => faults.push(String(fault)));
  // A page that asks the same thing again and again has lost its way, though nothing of it is seen.
  const asked = new Map();
  page.on('framenavigated', () => asked.clear());
  page.on('request', (request) => {
    const what = `${request.method()} ${request.url()}`;
    asked.set(what, (asked.get(what) ?? 0) + 1);
    if (asked.get(what) === 12) faults.push(`Asked twelve times: ${what}`);
  });
  return { context, page, faults, go: (address) => page.goto(world.program.address + address) };
}

// A task done by a person in a window of their own; a picture is kept when it fails.
export function task(name, run, settings = {}) {
  test(name, async () => {
    const { person = administrator, ...more } = settings;
    const window = await windowOf(person, more);
    try {
      await run(window);
      assert.deepEqual(window.faults, [], 'The console is clean');
    } catch (fault) {
      const path = join(pictures, `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}.png`);
      await window.page.screenshot({ path }).catch(() => {});
      // Without the ways of the browser's log and of the assertion's parts: they hide what was seen.
      const told = new Error([fault.message.split('\n').filter((line) => !/^\s*$|- (waiting|retrying|attempting|scrolling|done|element is)/.test(line)).join('\n'), `at ${window.page.url()}, pictured in ${path}`, ...window.faults].join('\n'));
      told.stack = `${told.message}\n${(fault.stack ?? '').split('\n').filter((line) => /tasks\//.test(line)).join('\n')}`;
      throw told;
    } finally {
      await window.context.close();
    }
  });
}

// Waits until the page stands: it has its heading, and for three frames nothing is read and nothing is grey.
export const settled = (page) =>
  page.waitForFunction(() => {
    const calm = document.querySelector('h1') !== null && window.waiting === 0 && !document.querySelector('[aria-busy="true"], .skeleton');
    window.calm = calm ? (window.calm ?? 0) + 1 : 0;
    return window.calm >= 3;
  });

// axe over the page as it is, then the colours once more in the other theme. Also: nothing sticks out sideways.
export async function accessible(page, name) {
  await settled(page);
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const look = async (options, theme) => {
    const found = await page.evaluate(async (options) => {
      const { violations } = await window.axe.run({ exclude: ['[role=tooltip]'] }, { resultTypes: ['violations'], ...options });
      return violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 4).map(({ target, html, any, all }) => `${target.join(' ')}  ${html.slice(0, 160)}  ${[...any, ...all].map(({ message }) => message).join('; ').slice(0, 260)}`) }));
    }, options);
    assert.deepEqual(found, [], `${name} (${theme}) has no faults of accessibility`);
  };
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  const other = theme === 'dark' ? 'light' : 'dark';
  // Left out: a trial of axe's that takes the initials of an avatar, hidden from it, for visible words.
  // What floats over the page belongs to no region of it.
  const floats = (await page.locator('[data-layer-open]').count()) > 0;
  await look({ rules: { 'label-content-name-mismatch': { enabled: false }, region: { enabled: !floats } }, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }, theme);
  await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), other);
  await look({ runOnly: { type: 'rule', values: ['color-contrast'] } }, other);
  await page.evaluate((theme) => (document.documentElement.dataset.theme = theme), theme);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 0) {
    const out = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map((one) => one.outerHTML.slice(0, 140)));
    assert.fail(`${name} is ${sideways} px wider than the window: ${out.join('\n')}`);
  }
}

const folder = new URL('../src/i18n/messages/', import.meta.url);
function messages(language) {
  const all = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(`.${language}.json`))) {
    for (const [key, text] of Object.entries(JSON.parse(readFileSync(new URL(file, folder), 'utf8')))) all.set(`${file.split('.')[0]}.${key}`, text);
  }
  return all;
}

// Texts of the interface that stand on the page in English though it is shown in Vietnamese; `data` is what people wrote.
export async function leftInEnglish(page, data = []) {
  const vietnamese = messages('vi');
  const english = new Set([...messages('en')].filter(([key, text]) => !text.includes('{') && text !== vietnamese.get(key)).map(([, text]) => text));
  for (const text of [...vietnamese.values(), ...data]) english.delete(text);
  const shown = await page.evaluate(() => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) found.push(walk.currentNode.textContent.trim());
    for (const one of document.querySelectorAll('[aria-label], [placeholder], [title]')) for (const name of ['aria-label', 'placeholder', 'title']) found.push(one.getAttribute(name) ?? '');
    return found;
  });
  return [...new Set(shown.filter((text) => english.has(text) || /^[a-z]+\.[a-z_]+$/.test(text)))];
}
