// One headless browser for the tests; every person in it has a profile of their own that is thrown away.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const settings = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};
const wide = { width: 1440, height: 900 };

export const browse = () => chromium.launch(settings);

// A new profile. Motion is off, so that nothing is looked at halfway.
export const profile = (browser, more = {}) =>
  browser.newContext({ viewport: wide, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Asia/Ho_Chi_Minh', ...more });

export async function launch() {
  return chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'fairlead-e2e-')), { ...settings, viewport: wide });
}
