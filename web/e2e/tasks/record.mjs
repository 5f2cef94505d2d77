// The page of a record: fields in their place, timeline, history, a conflict, actions, the past.
import assert from 'node:assert/strict';
import { accessible, settled, task, world } from '../world.mjs';

const deal = (at) => `/opportunities/${world.deals[at]}`;

task('A record shows its figures, its path, its people and what passed', async ({ page, go }) => {
  await go(deal(0));
  await page.getByRole('heading', { level: 1, name: 'Governor spare parts frame' }).waitFor();
  await page.getByRole('article', { name: 'Revised layout and noise figures' }).waitFor();
  await accessible(page, 'Record');
  await page.getByRole('region', { name: 'Details' }).getByText('Owner', { exact: true }).waitFor();
});

task('A field is edited in its place and stands in the history, from which it is brought back', async ({ page, go }) => {
  await go(deal(1));
  await settled(page);
  const before = (await world.call('GET', `/opportunities/${world.deals[1]}`)).next_step;
  await page.getByRole('button', { name: /^Edit Next step/ }).click();
  await page.getByRole('textbox', { name: 'Next step' }).fill('Send the drawings');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Edit Next step/ }).getByText('Send the drawings').waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  const entry = page.getByRole('listitem').filter({ hasText: 'Send the drawings' }).first();
  await entry.waitFor();
  await accessible(page, 'History of a record');
  await entry.getByRole('button', { name: 'Bring back' }).click();
  await page.waitForFunction(async ([id, text]) => (await (await fetch(`/api/v1/opportunities/${id}`)).json()).next_step === text, [world.deals[1], before]);
});

task('A note and a call are written from the record', async ({ page, go }) => {
  await go(deal(2));
  await settled(page);
  const composer = page.getByRole('textbox', { name: /^Write a note/ });
  await composer.fill('The insurer wants 78 dB in writing');
  await composer.press('Control+Enter');
  await page.getByRole('article', { name: 'The insurer wants 78 dB in writing' }).waitFor();
  await composer.fill('/');
  await page.getByRole('button', { name: 'Log call' }).last().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Subject/).fill('Called purchasing');
  await accessible(page, 'Form of a call');
  await dialog.getByRole('button', { name: 'Create activity', exact: true }).click();
  await page.getByRole('article', { name: 'Called purchasing' }).waitFor();
});

task('Two people change one field: both values are shown, one is taken', async ({ page, go }) => {
  await go(deal(3));
  await settled(page);
  await world.call('PATCH', `/opportunities/${world.deals[3]}`, { next_step: 'What the other one wrote' }, { 'If-Match': '*' });
  await page.getByRole('button', { name: /^Edit Next step/ }).click();
  await page.getByRole('textbox', { name: 'Next step' }).fill('What I wrote');
  await page.keyboard.press('Enter');
  const conflict = page.getByRole('alert').filter({ hasText: 'What the other one wrote' });
  await conflict.getByText('What I wrote').waitFor();
  await accessible(page, 'Conflict');
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('button', { name: /^Edit Next step/ }).getByText('What I wrote').waitFor();
});

task('A record of the past can only be read', async ({ page, go }) => {
  const later = new Date(Date.now() + 2 * 864e5).toISOString().slice(0, 10);
  await go(`${deal(1)}?as_of=${later}`);
  await page.getByText(/This is the record as of/).waitFor();
  await accessible(page, 'Record of another day');
  assert.equal(await page.getByRole('button', { name: /^Edit / }).count(), 0);
});

task('A record that does not exist says so', async ({ page, go }) => {
  await go('/opportunities/123456789');
  await page.getByText('There is nothing at this address').waitFor();
  await accessible(page, 'Missing record');
});

task('What looks like a new record is told before it is made; a branch takes its company as parent', async ({ page, go }) => {
  const name = 'Công ty TNHH Thương mại Cửu Long';
  const made = await world.call('POST', '/accounts', { name, tax_code: '0312345673', country: 'Việt Nam' });
  await go('/accounts');
  await settled(page);
  await page.getByRole('button', { name: 'New account' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('CTY TNHH TM Cuu Long');
  const alike = dialog.getByRole('listitem').filter({ hasText: name });
  await alike.getByText(/the same name but for its legal form/i).waitFor();
  await accessible(page, 'Form with what looks alike');
  await dialog.getByRole('button', { name: /more field/ }).click();
  await dialog.getByLabel(/^Country/).fill('VN');
  await dialog.getByLabel(/^Tax code/).fill('0312345673 001');
  await alike.getByText(/the company of which this is a branch/).waitFor();
  await alike.getByRole('button', { name: 'Take as Parent account' }).click();
  await dialog.getByRole('button', { name: 'Create account', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  const { data } = await world.call('GET', `/accounts?filter=${encodeURIComponent('tax_code = "0312345673-001"')}`);
  assert.equal(data.length, 1);
  assert.equal(data[0].parent.id, made.id);
});

task('A record tells what looks like it, and the two are made one, and two again', async ({ page, go }) => {
  const first = await world.call('POST', '/accounts', { name: 'Công ty TNHH Cơ khí Sao Khuê', tax_code: '0319876546' });
  const second = await world.call('POST', '/accounts', { name: 'Sao Khuê Mechanics', tax_code: '0319876546', phone: '(028) 3899 4411' });
  await go(`/accounts/${first.id}`);
  const doubles = page.getByRole('region', { name: 'Looks like another one' });
  await doubles.getByRole('link', { name: 'Sao Khuê Mechanics' }).waitFor();
  await settled(page);
  await accessible(page, 'Record with a double');
  await doubles.getByRole('button', { name: 'Merge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('goes into the other').waitFor();
  await accessible(page, 'Merging');
  await dialog.getByRole('button', { name: 'Merge the two' }).click();
  await doubles.waitFor({ state: 'detached' });
  // What the one that stays lacked is taken from the other.
  assert.match((await world.call('GET', `/accounts/${first.id}`)).phone, /3899\s?4411/);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
  await doubles.waitFor();
  assert.equal((await world.call('GET', `/accounts/${second.id}`)).name, 'Sao Khuê Mechanics');
  // Taken back from another page: one stays where one is.
  await doubles.getByRole('button', { name: 'Merge' }).click();
  await dialog.getByRole('button', { name: 'Merge the two' }).click();
  await doubles.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
  await settled(page);
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click();
  for (let tries = 0; tries < 50 && (await world.call('GET', `/accounts/${second.id}`)).deleted_at !== null; ++tries) await page.waitForTimeout(100);
  assert.equal((await world.call('GET', `/accounts/${second.id}`)).deleted_at, null);
  assert.equal(new URL(page.url()).pathname, '/contacts');
  await world.call('DELETE', `/accounts/${second.id}`, undefined, { 'If-Match': '*' });
  await world.call('DELETE', `/accounts/${first.id}`, undefined, { 'If-Match': '*' });
});
