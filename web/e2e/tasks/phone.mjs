// A phone of 360 px: every screen fits, and the main tasks can be done with a thumb.
import assert from 'node:assert/strict';
import { accessible, settled, task, world } from '../world.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

for (const [name, address] of Object.entries({
  Home: () => '/', List: () => '/opportunities', Record: () => `/opportunities/${world.deals[0]}`, Board: () => '/opportunities/board', Figures: () => '/figures',
  Figure: () => '/figures/win_rate?by=owner', Administration: () => '/administration', People: () => '/administration/users', Matrix: () => '/administration/roles',
  Account: () => '/account',
})) {
  task(`${name} fits on a phone`, async ({ page, go }) => {
    await go(address());
    await accessible(page, `${name} on a phone`);
  }, phone);
}

task('A deal is moved on a phone without dragging', async ({ page, go }) => {
  const [first, second] = world.stages.filter(({ kind }) => kind === 'open');
  await go(`/opportunities/board?stage=${first.id}`);
  await settled(page);
  await page.getByRole('list', { name: `Deals in ${first.name}` }).getByRole('button').first().tap();
  await page.getByRole('button', { name: 'Move to…' }).tap();
  await page.getByRole('menuitemradio', { name: new RegExp(second.name) }).tap();
  await page.getByText(new RegExp(`^Moved .* to ${second.name}$`)).first().waitFor();
}, phone);

task('The navigation of a phone leads everywhere', async ({ page, go }) => {
  await go('/');
  await settled(page);
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('dialog').getByRole('link', { name: 'Accounts' }).tap();
  await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/accounts');
}, phone);

task('The main step of a page is there on a phone too: settings are saved, a deal is won', async ({ page, go }) => {
  await go('/administration/company');
  await settled(page);
  const name = page.getByLabel(/^Company/);
  const before = await name.inputValue();
  await name.fill('Lam Sơn Group');
  await page.getByRole('button', { name: 'Save settings' }).tap();
  await page.getByText('Settings saved').waitFor();
  assert.equal((await world.call('GET', '/settings')).name, 'Lam Sơn Group');
  await name.fill(before);
  await page.getByRole('button', { name: 'Save settings' }).tap();
  await page.waitForFunction(async (text) => (await (await fetch('/api/v1/settings')).json()).name === text, before);
  const open = (await world.call('GET', `/opportunities?limit=1&filter=${encodeURIComponent('stage.kind = "open"')}`)).data[0];
  await go(`/opportunities/${open.id}`);
  await settled(page);
  await page.getByRole('button', { name: 'More actions' }).or(page.locator('.top-bar [aria-haspopup=menu]')).last().tap();
  await page.getByRole('menuitem', { name: /Mark as won/ }).waitFor();
  await accessible(page, 'Menu of a record on a phone');
}, phone);
