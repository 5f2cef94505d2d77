// Lists: filter parts, sorting, saved views, editing in the cell, editing many with Undo, the panel beside.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { accessible, settled, task, world } from '../world.mjs';

const rows = (page) => page.getByRole('grid').locator('[role=row][aria-rowindex]:not([aria-rowindex="1"])');
const total = async (page) => Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1;
const query = (page) => new URL(page.url()).searchParams;
const counted = (page, filter) => page.evaluate(async (filter) => (await (await fetch(`/api/v1/opportunities?limit=1&filter=${encodeURIComponent(filter)}`)).json()).page.count, filter);

task('The default view opens with its filter, its order and its count', async ({ page, go }) => {
  await go('/opportunities');
  await settled(page);
  await page.getByRole('tab', { name: 'Đang mở', selected: true }).waitFor();
  assert.equal(await total(page), await counted(page, 'stage.kind = "open"'));
  await page.getByRole('group', { name: 'Stage' }).getByText('is open').waitFor();
  assert.equal(await page.getByRole('columnheader', { name: /^Amount/ }).getAttribute('aria-sort'), 'descending');
  await accessible(page, 'List');
});

task('A filter part is added by keyboard, changed and removed; the address holds it', async ({ page, go }) => {
  await go('/accounts?view=all');
  await settled(page);
  const all = await total(page);
  await page.keyboard.press('f');
  await page.getByRole('textbox', { name: 'Find a field' }).fill('Region');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'South' }).click();
  await page.waitForFunction(() => location.search.includes('filter='));
  await page.keyboard.press('Escape');
  await settled(page);
  const south = await total(page);
  assert.ok(south > 0 && south < all, `${south} of ${all} accounts are in the South`);
  await accessible(page, 'List with a filter part');
  await page.getByRole('group', { name: 'Region' }).getByRole('button', { name: 'is', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'is not', exact: true }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('filter')?.includes('<>'));
  await settled(page);
  await page.waitForFunction((count) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === String(count + 1), all - south);
  const address = page.url();
  await page.reload();
  await settled(page);
  assert.equal(page.url(), address);
  assert.equal(await total(page), all - south, 'The address alone shows the same list');
  await page.getByRole('button', { name: 'Remove this filter' }).click();
  await page.waitForFunction((count) => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === String(count + 1), all);
});

task('A formula filters, and a wrong one is told where it is written', async ({ page, go }) => {
  await go('/opportunities?view=all');
  await settled(page);
  await page.getByRole('button', { name: 'Formula' }).click();
  const box = page.getByRole('textbox', { name: 'Formula' });
  await box.fill('amount >> 3');
  await box.press('Enter');
  await page.getByRole('alert').waitFor();
  await accessible(page, 'Formula with a fault');
  await box.fill('amount >= 200000000 AND LEN(name) > 4');
  await box.press('Enter');
  await page.getByText('LEN(name) > 4').waitFor();
  await settled(page);
  assert.equal(await total(page), await counted(page, 'amount >= 200000000 AND LEN(name) > 4'));
});

task('A list that its filter leaves empty says which part of it matches nothing, and clears just that part', async ({ page, go }) => {
  await go(`/opportunities?view=all&filter=${encodeURIComponent('owner = "Nobody" AND amount > 1')}`);
  await settled(page);
  await page.getByText('No opportunities match').waitFor();
  await page.getByText('There is no user called “Nobody”').waitFor();
  await accessible(page, 'List that matches nothing');
  await page.getByRole('button', { name: 'Clear this part' }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('filter') === 'amount > 1');
  await settled(page);
  assert.equal(await total(page), await counted(page, 'amount > 1'));
  // Each part alone matches something, the two together do not: what would match without each is told.
  const both = 'stage.kind = "won" AND is_open = TRUE';
  await go(`/opportunities?view=all&filter=${encodeURIComponent(both)}`);
  await page.getByText(`${await counted(page, 'stage.kind = "won"')} would match without it`).waitFor();
  await page.getByText(`${await counted(page, 'is_open = TRUE')} would match without it`).waitFor();
  // A search among what is filtered.
  await go(`/opportunities?view=all&search=nothingofthekind&filter=${encodeURIComponent('amount > 1')}`);
  await page.getByText('Search “nothingofthekind”').waitFor();
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await page.getByRole('grid').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('filter'), 'amount > 1');
});

task('A click on a head sorts, a second one turns the order round', async ({ page, go }) => {
  await go('/opportunities?view=all');
  await settled(page);
  const head = page.getByRole('columnheader', { name: /^Close date/ });
  await head.getByRole('button', { name: 'Close date', exact: true }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('sort') === 'close_date');
  await settled(page);
  const first = await rows(page).first().innerText();
  await head.getByRole('button', { name: 'Close date', exact: true }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('sort') === '-close_date');
  await page.waitForFunction((text) => document.querySelector('[role=row][aria-rowindex="2"]')?.innerText !== text, first);
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
});

task('A list is saved as a view, opened again, renamed and deleted', async ({ page, go }) => {
  await go('/opportunities?view=all&filter=amount+%3E+100000000&sort=name');
  await settled(page);
  await page.getByRole('button', { name: 'Save as a new view' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Big ones');
  await accessible(page, 'Dialog of a view');
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('tab', { name: 'Big ones', selected: true }).waitFor();
  await page.getByRole('tab', { name: 'All opportunities' }).click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get('view') === 'all');
  await page.getByRole('tab', { name: 'Big ones' }).click();
  await settled(page);
  assert.equal(query(page).get('filter'), null, 'The view holds the filter, not the address');
  assert.equal(await total(page), await counted(page, 'amount > 100000000'));
  await page.getByRole('button', { name: 'View menu' }).click();
  await page.getByRole('menuitem', { name: 'Rename and share' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Bigger ones');
  await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click();
  await page.getByRole('tab', { name: 'Bigger ones' }).waitFor();
  await page.getByRole('button', { name: 'View menu' }).click();
  await page.getByRole('menuitem', { name: 'Delete view' }).click();
  await page.getByRole('tab', { name: 'Bigger ones' }).waitFor({ state: 'detached' });
});

task('A cell is edited in its place by keyboard, and a wrong value is refused there', async ({ page, go }) => {
  await go('/accounts?view=all&sort=name&columns=name,employees,city');
  await settled(page);
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const editor = page.getByRole('grid').getByRole('textbox', { name: 'Employees' });
  await editor.fill('many');
  await editor.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'This is not a number' }).or(page.getByRole('alert').filter({ hasText: 'Only whole numbers' })).waitFor();
  await accessible(page, 'Cell with a wrong value');
  await editor.fill('4321');
  await editor.press('Enter');
  await rows(page).first().getByText('4,321').waitFor();
  await page.waitForFunction(async () => (await (await fetch('/api/v1/accounts?limit=1&sort=name')).json()).data[0].employees === 4321);
});

task('Many records are changed at once, and Undo takes it back', async ({ page, go }) => {
  await go('/accounts?view=all&sort=name&columns=name,city,region');
  await settled(page);
  const before = await counted(page, 'TRUE');
  assert.ok(before > 0);
  const inVinh = () => page.evaluate(async () => (await (await fetch(`/api/v1/accounts?limit=1&filter=${encodeURIComponent('city = "Vinh"')}`)).json()).page.count);
  await page.getByRole('grid').focus();
  for (let at = 0; at < 3; at += 1) {
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
  }
  const bar = page.getByRole('toolbar', { name: '3 selected' });
  await bar.waitFor();
  await accessible(page, 'List with three selected');
  await bar.getByRole('button', { name: 'Edit fields' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Field').click();
  await page.getByRole('option', { name: 'City', exact: true }).click();
  await dialog.getByLabel('New value').fill('Vinh');
  await dialog.getByText('3 records would change').waitFor();
  await accessible(page, 'Dialog of a bulk edit');
  await dialog.getByRole('button', { name: 'Change 3 records' }).click();
  await page.getByText('Changed 3 records.').waitFor();
  assert.equal(await inVinh(), 3);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone for 3 records.').waitFor();
  assert.equal(await inVinh(), 0);
});

task('The panel opens beside the list, walks with J and K, and Escape gives the focus back', async ({ page, go }) => {
  await go('/opportunities?view=all&sort=name');
  await settled(page);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary');
  await panel.getByText(`1 of ${await total(page)}`).waitFor();
  await accessible(page, 'List with its panel');
  await page.keyboard.press('j');
  await panel.getByText(/^2 of /).waitFor();
  await page.keyboard.press('k');
  await panel.getByText(/^1 of /).waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'grid');
});

task('A list is exported as it is shown', async ({ page, go }) => {
  await go('/accounts?view=all&sort=name&columns=name,city&filter=CONTAINS(name%2C+%22S%C3%B4ng%22)');
  await settled(page);
  const shown = await total(page);
  assert.ok(shown > 0);
  await page.getByRole('button', { name: 'Export' }).click();
  await accessible(page, 'Menu of formats');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'CSV', exact: true }).click()]);
  const lines = (await readFile(await file.path(), 'utf8')).replace(/^\uFEFF/, '').trim().split(/\r?\n/);
  assert.equal(lines.length, shown + 1, 'A head and the rows that the list shows');
  assert.match(lines[0], /^"?Name"?,"?City"?$/);
  assert.match(lines[1], /Sông Hồng Logistics/);
  assert.match(file.suggestedFilename(), /\.csv$/);
});

task('The bin keeps what was deleted and gives it back', async ({ page, go }) => {
  const { id } = await world.call('POST', '/accounts', { name: 'Aardvark Trading' });
  await go('/accounts?view=all&search=Aardvark');
  await settled(page);
  await page.getByRole('grid').focus();
  await page.keyboard.press('x');
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Moved 1 record to the bin.').waitFor();
  await page.getByText('No accounts match').waitFor();
  await go('/accounts?bin=1');
  await settled(page);
  await accessible(page, 'Bin');
  await page.getByText('Aardvark Trading').waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('x');
  await page.getByRole('toolbar').getByRole('button', { name: 'Restore' }).click();
  await page.getByText('Restored 1 record').waitFor();
  assert.equal((await world.call('GET', `/accounts/${id}`)).name, 'Aardvark Trading');
});

task('A record is made from the list; what is missing is told at its field', async ({ page, go }) => {
  await go('/accounts');
  await settled(page);
  await page.keyboard.press('c');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await accessible(page, 'Form of a new account');
  await dialog.getByRole('button', { name: 'Create account', exact: true }).click();
  await dialog.getByText('Name is missing').waitFor();
  await dialog.getByLabel(/^Name/).fill('Zephyr Trading');
  await dialog.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByText('Created Zephyr Trading').waitFor();
  assert.equal((await world.call('GET', '/accounts?search=Zephyr&limit=5')).page.count, 1);
});

task('Without the server the page says so in words, and reads again when it is there', async ({ page, go, context }) => {
  await go('/accounts');
  await settled(page);
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByText('The server is starting or out of reach.').waitFor();
  assert.equal(await page.getByText(/TypeError|Failed to fetch/).count(), 0, 'What the browser calls it is for nobody');
  await page.getByText('The server cannot be reached').waitFor();
  await context.setOffline(false);
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('grid').getByRole('row').nth(1).waitFor();
});

task('The tab of each view tells how many it shows, asked once for all, and keeps up', async ({ page, go }) => {
  const asked = [];
  page.on('request', (request) => /\/opportunities\/counts$/.test(request.url()) && asked.push(request.postDataJSON()));
  await go('/opportunities');
  const tab = page.getByRole('tab', { name: 'Đang mở' });
  await tab.locator('.count').waitFor();
  await settled(page);
  const told = async (one) => Number((await one.locator('.count').innerText()).replace(/\D/g, ''));
  assert.equal(await told(tab), await total(page), 'As many as the list shows');
  assert.equal(await told(page.getByRole('tab', { name: 'All opportunities' })), await counted(page, ''));
  assert.equal(asked.length, 1);
  await accessible(page, 'List with counts in its tabs');
  const before = await told(tab);
  const made = await world.call('POST', '/opportunities', { name: 'One more', account: world.accounts[0], stage: world.stages.find(({ kind }) => kind === 'open').id });
  await page.waitForFunction((count) => Number(document.querySelector('[role=tab][aria-selected=true] .count')?.textContent.replace(/\D/g, '')) === count, before + 1);
  await world.call('DELETE', `/opportunities/${made.id}`, undefined, { 'If-Match': '*' });
});
