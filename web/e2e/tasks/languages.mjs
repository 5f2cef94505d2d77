// The screens in Vietnamese, dark: nothing is left in English, and the numbers and days are Vietnamese.
import assert from 'node:assert/strict';
import { accessible, administrator, leftInEnglish, settled, task, windowOf, world } from '../world.mjs';

const settings = { language: 'vi', theme: 'dark' };
const places = {
  home: () => '/',
  list: () => '/opportunities',
  panel: () => `/opportunities?open=${world.deals[0]}`,
  record: () => `/opportunities/${world.deals[0]}`,
  history: () => `/opportunities/${world.deals[0]}?tab=history`,
  account: () => `/accounts/${world.accounts[0]}`,
  board: () => '/opportunities/board',
  figures: () => '/figures',
  figure: () => '/figures/win_rate?by=owner',
  people: () => '/administration/users',
  roles: () => '/administration/roles',
  pipelines: () => '/administration/pipelines',
  fields: () => '/administration/fields',
  lists: () => '/administration/lists',
  company: () => '/administration/company',
  own: () => '/account',
  teams: () => '/administration/teams',
  health: () => '/administration/health',
  jobs: () => '/administration/jobs',
};

task('Every screen is Vietnamese when Vietnamese is chosen', async ({ page, go }) => {
  const written = [];
  for (const plural of ['stages', 'roles', 'pipelines', 'lost_reasons', 'lead_sources']) written.push(...(await world.call('GET', `/${plural}?limit=200`)).data.map((record) => record.name));
  for (const [name, address] of Object.entries(places)) {
    await go(address());
    await settled(page);
    assert.deepEqual(await leftInEnglish(page, written), [], name);
  }
}, settings);

task('Numbers, money and days follow the language', async ({ page, go }) => {
  await go('/opportunities?view=all&sort=-amount&columns=name,amount,close_date');
  await settled(page);
  const row = await page.locator('[role=row][aria-rowindex="2"]').innerText();
  assert.match(row, /\d{1,3}(\.\d{3}){2,}/, 'Thousands are divided by dots');
  assert.match(row, /\d{1,2}\/\d{1,2}/, 'Days come before months');
}, settings);

task('The language is changed from the menu of the person and stays', async ({ page, go }) => {
  await go('/accounts');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('> tiếng việt');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.lang === 'vi');
  await page.getByRole('heading', { level: 1, name: 'Khách hàng' }).or(page.getByRole('heading', { level: 1 })).first().waitFor();
  await page.reload();
  await settled(page);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'vi');
  await accessible(page, 'List in Vietnamese');
});

task('Who has a language of their own is greeted in it; what is chosen in the browser goes before it', async () => {
  const made = await world.call('POST', '/users', { name: 'Trần Thu Hà', email: 'ha.tran@lamson.example', language: 'vi' });
  await world.call('POST', `/users/${made.id}/password`, { password: 'lantern river stone' });
  const own = await windowOf({ email: made.email, password: 'lantern river stone' }, { language: null, locale: 'en-GB' });
  const language = () => own.page.evaluate(() => document.documentElement.lang);
  try {
    await own.go('/account');
    await settled(own.page);
    assert.equal(await language(), 'vi');
    assert.deepEqual(await leftInEnglish(own.page, []), []);
    await own.page.getByRole('radio', { name: 'English' }).or(own.page.getByRole('button', { name: 'English' })).first().click();
    await own.page.waitForFunction(() => document.documentElement.lang === 'en');
    await own.page.reload();
    await settled(own.page);
    assert.equal(await language(), 'en');
    assert.deepEqual(own.faults, []);
  } finally {
    await own.context.close();
  }
});

task('Whoever signs in next at the same browser does not get the language of the one before', async () => {
  const made = await world.call('POST', '/users', { name: 'Lê Minh Anh', email: 'anh.le@lamson.example', language: 'vi' });
  await world.call('POST', `/users/${made.id}/password`, { password: 'lantern river stone' });
  const shared = await windowOf({ email: made.email, password: 'lantern river stone' }, { language: null, locale: 'en-GB' });
  const { page } = shared;
  try {
    await shared.go('/accounts');
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'vi');
    await page.getByRole('button', { name: new RegExp(made.name) }).click();
    await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
    await page.getByRole('heading', { name: /Lam Sơn Industrial/ }).waitFor();
    await page.locator('input[type=email]').fill(administrator.email);
    await page.locator('input[type=password]').fill(administrator.password);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').first().waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  } finally {
    await shared.context.close();
  }
});
