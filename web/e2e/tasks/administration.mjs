// Administration: a person with a link, the matrix of a role, a stage, a field of the company’s own made and dropped, every section.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { accessible, settled, task, windowOf, world } from '../world.mjs';

task('A person is added, follows the link, chooses a password and signs in', async ({ page, go }) => {
  await go('/administration/users');
  await settled(page);
  await accessible(page, 'People');
  await page.getByRole('button', { name: 'Add a person' }).or(page.getByRole('button', { name: /^Add.*person/i })).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).fill('Mai Phương');
  await dialog.getByLabel(/^Email/).fill('phuong@lamson.example');
  await dialog.getByLabel(/^Role/).click();
  await page.getByRole('option', { name: /rep/i }).first().click();
  await dialog.getByRole('button', { name: 'Create user', exact: true }).click();
  const link = await page.getByRole('dialog', { name: /Mai Phương/ }).getByRole('textbox').inputValue();
  await accessible(page, 'Link for a password');
  const guest = await windowOf(null);
  try {
    await guest.page.goto(link);
    await guest.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    await accessible(guest.page, 'New password');
    await guest.page.getByLabel(/password/i).first().fill('harbour stone window');
    await guest.page.getByRole('button', { name: 'Set the password' }).click();
    await guest.page.getByLabel('Work email').fill('phuong@lamson.example');
    await guest.page.getByLabel(/^Password/).fill('harbour stone window');
    await guest.page.getByRole('button', { name: 'Sign in' }).click();
    await guest.page.getByRole('navigation', { name: 'Main navigation' }).waitFor();
    assert.equal(await guest.page.getByRole('link', { name: 'Administration' }).count(), 0, 'A rep has no administration');
    await guest.page.goto(`${world.program.address}/administration/users`);
    await guest.page.getByRole('heading', { level: 1, name: 'Administration' }).waitFor();
    await settled(guest.page);
    assert.equal(await guest.page.getByRole('table').count(), 0);
    assert.deepEqual(guest.faults, []);
  } finally {
    await guest.context.close();
  }
});

task('A right of a role is changed by keys; its effect is told before it is saved', async ({ page, go }) => {
  const role = (await world.call('GET', '/roles?limit=50')).data.find(({ name }) => /rep/i.test(name));
  await go(`/administration/roles/${role.id}`);
  const grid = page.getByRole('grid');
  await grid.waitFor();
  await accessible(page, 'Matrix of a role');
  const cell = grid.getByRole('button', { name: /^Product, Read|^Products, Read/ });
  const before = await cell.getAttribute('aria-label');
  await cell.focus();
  await page.keyboard.press(/: all$/i.test(before) ? '1' : '4');
  await page.getByRole('button', { name: 'Save role' }).or(page.getByRole('button', { name: /^Save/ })).first().waitFor();
  await accessible(page, 'Matrix with a change');
  await page.getByRole('button', { name: /^Save/ }).first().click();
  await page.getByRole('button', { name: /^Save/ }).first().waitFor({ state: 'detached' });
  await page.reload();
  await grid.waitFor();
  assert.notEqual(await cell.getAttribute('aria-label'), before);
});

task('Why someone sees a record is answered', async ({ page, go }) => {
  await go('/administration/roles');
  await settled(page);
  await page.getByRole('button', { name: /^Why can/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Person').fill('Khôi');
  await page.getByRole('option', { name: /Trần Minh Khôi/ }).click();
  await dialog.getByLabel('Record').fill('Meridian');
  await page.getByRole('option', { name: /Meridian Ports/ }).click();
  await dialog.getByRole('button').filter({ hasText: /ask|show|why/i }).last().click();
  await dialog.getByRole('status').waitFor();
  await accessible(page, 'Why someone sees a record');
});

task('A stage is renamed and weighed', async ({ page, go }) => {
  await go('/administration/pipelines');
  const name = page.getByRole('textbox', { name: 'Stage' }).or(page.getByRole('textbox', { name: /stage/i })).first();
  await name.waitFor();
  await accessible(page, 'Pipelines');
  const before = await name.inputValue();
  await name.fill('First talk');
  await name.press('Tab');
  await page.waitForFunction(async () => (await (await fetch('/api/v1/stages?limit=50')).json()).data.some(({ name }) => name === 'First talk'));
  await name.fill(before);
  await name.press('Tab');
  await page.waitForFunction(async (text) => (await (await fetch('/api/v1/stages?limit=50')).json()).data.some(({ name }) => name === text), before);
});

task('A field of the company’s own is made and used; one no longer wanted is hidden, not lost', async ({ page, go }) => {
  await go('/administration/fields/account');
  await settled(page);
  await accessible(page, 'Fields');
  await page.getByRole('button', { name: 'New field' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Label|^Name/).first().fill('Credit class');
  await accessible(page, 'Form of a field');
  await dialog.getByRole('button', { name: /^Make|^Create|^Add/ }).click();
  await page.getByRole('row', { name: /Credit class/ }).waitFor();
  await go('/accounts?view=all&columns=name,x_credit_class');
  await settled(page);
  await page.getByRole('columnheader', { name: 'Credit class' }).waitFor();
  await go('/administration/fields/account');
  const row = page.getByRole('row', { name: /Credit class/ });
  await row.getByText('all roles').waitFor();
  await row.getByRole('button', { name: 'Hide Credit class' }).click();
  await accessible(page, 'Question before a field is hidden');
  await page.getByRole('button', { name: 'Hide field', exact: true }).click();
  await row.getByText('administrators only').waitFor();
  const rules = async () => (await world.call('GET', `/field_permissions?limit=50&filter=${encodeURIComponent('field = "x_credit_class"')}`)).data.map(({ level }) => level);
  assert.ok((await rules()).length > 0 && (await rules()).every((level) => level === 'hidden'), 'No role sees it');
  await page.keyboard.press('Control+z');
  await row.getByText('all roles').waitFor();
  await row.getByRole('button', { name: 'Hide Credit class' }).click();
  await page.getByRole('button', { name: 'Hide field', exact: true }).click();
  await row.getByRole('button', { name: 'Show Credit class again' }).click();
  await row.getByText('all roles').waitFor();
  assert.ok((await rules()).every((level) => level === 'write'));
});

task('A field is dropped for good only by agreeing to the step by its name, with what goes told first', async ({ page, go }) => {
  const [first, second] = world.accounts;
  await world.call('PATCH', `/accounts/${first}`, { x_credit_class: 'A1' }, { 'If-Match': '*' });
  const view = await world.call('POST', '/views', { name: 'By credit', entity: 'account', definition: JSON.stringify({ filter: 'x_credit_class = "A1"' }) });
  await go('/administration/fields/account');
  await settled(page);
  const row = page.getByRole('row', { name: /Credit class/ });
  await row.getByRole('button', { name: 'Drop Credit class' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /Drop the field .Credit class. for good/ });
  await dialog.getByText('Records that hold a value').waitFor();
  const told = async (what) => dialog.locator('dl > div', { hasText: what }).locator('dd').innerText();
  assert.deepEqual([await told('hold a value'), await told('Saved views')], ['1', '1']);
  await accessible(page, 'A field about to be dropped');
  const file = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download them as CSV' }).click();
  assert.match(await readFile(await (await file).path(), 'utf8'), /A1/);
  // Anything but the step's name is no agreement, and Esc leaves the field as it is.
  const box = dialog.getByLabel('To agree, type: drop account.x_credit_class');
  await box.fill('drop account');
  await page.keyboard.press('Control+Enter');
  await dialog.getByText(/Type .drop account\.x_credit_class. to agree/).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await world.call('GET', `/accounts/${first}`)).x_credit_class, 'A1');
  // By keys alone.
  await row.getByRole('button', { name: 'Drop Credit class' }).focus();
  await page.keyboard.press('Enter');
  await box.waitFor();
  await box.focus();
  await page.keyboard.type('drop account.x_credit_class');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Dropped Credit class and its values').waitFor();
  await row.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'New field' }).and(page.locator(':focus')).waitFor();
  assert.equal('x_credit_class' in (await world.call('GET', `/accounts/${second}`)), false);
  await world.call('DELETE', `/views/${view.id}`, undefined, { 'If-Match': '*' });
});

task('A field that a stage asks for is not dropped before the stage asks for it no longer', async ({ page, go }) => {
  await world.call('POST', '/custom_fields', { entity: 'opportunity', name: 'x_permit', label: 'Permit', type: 'text' });
  const requirement = await world.call('POST', '/stage_requirements', { stage: world.stages[1].id, moment: 'entry', condition: 'NOT(ISBLANK(x_permit))', message: 'Get the permit first' });
  await go('/administration/fields/opportunity');
  await settled(page);
  await page.getByRole('button', { name: 'Drop Permit' }).click();
  await page.getByRole('dialog').getByText(/requirement of a stage names it/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Drop field', exact: true }).count(), 0);
  await accessible(page, 'A field that may not be dropped');
  await page.getByRole('button', { name: 'Keep field' }).click();
  await world.call('DELETE', `/stage_requirements/${requirement.id}`, undefined, { 'If-Match': '*' });
  await page.getByRole('button', { name: 'Drop Permit' }).click();
  await page.getByLabel('To agree, type: drop opportunity.x_permit').fill('drop opportunity.x_permit');
  await page.getByRole('button', { name: 'Drop field', exact: true }).click();
  await page.getByText('Dropped Permit and its values').waitFor();
});

task('Every section of administration opens', async ({ page, go }) => {
  await go('/administration');
  await settled(page);
  const links = await page.getByRole('navigation', { name: 'Administration' }).getByRole('link').evaluateAll((all) => all.map((link) => [link.getAttribute('href'), link.textContent.trim()]));
  assert.ok(links.length >= 12, `${links.length} sections`);
  for (const [address, name] of links) {
    await page.locator(`nav a[href="${address}"]`).click();
    await page.waitForFunction((path) => location.pathname.startsWith(path), address);
    await page.locator(`nav a[href="${address}"][aria-current=page]`).waitFor();
    await accessible(page, `Administration, ${name}`);
  }
});

task('Teams count everybody who belongs to them, by their own team or by a dated membership', async ({ page, go }) => {
  const team = await world.call('POST', '/teams', { name: 'Harbour team' });
  const [first, second] = (await world.call('GET', '/users?limit=2&sort=name&filter=active')).data;
  await world.call('PATCH', `/users/${first.id}`, { team: team.id }, { 'If-Match': '*' });
  // Twice the same person is one member.
  for (const user of [first.id, second.id]) await world.call('POST', '/team_members', { team: team.id, user, begins_on: '2026-01-01' });
  await go(`/administration/teams/${team.id}`);
  await settled(page);
  for (const { name } of [first, second]) await page.getByRole('listitem').filter({ hasText: name }).first().waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Teams' }).getByRole('link', { name: /Harbour team/ }).locator('.count').innerText(), '2');
  await accessible(page, 'Members of a team');
});

task('The matrix of a role keeps the kind of record in sight, and fits beside its effect', async ({ page, go }) => {
  await go('/administration/roles');
  const grid = page.getByRole('grid');
  await grid.waitFor();
  await settled(page);
  const box = await grid.getByRole('rowheader').first().boundingBox();
  await page.locator('.scroller').evaluate((one) => (one.scrollLeft = 400));
  assert.equal((await grid.getByRole('rowheader').first().boundingBox()).x, box.x, 'The kind does not scroll away');
});

task('People are found by name', async ({ page, go }) => {
  await go('/administration/users');
  await settled(page);
  await page.getByLabel('Find a person').fill('khoi');
  await page.getByRole('row', { name: /Daniel Okafor/ }).waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /Trần Minh Khôi/ }).waitFor();
  await page.getByLabel('Find a person').fill('nobody of that name');
  await page.getByText('Nobody matches').waitFor();
});

task('A requirement of a stage is written with the formula editor: coloured, completed, checked', async ({ page, go }) => {
  await go('/administration/pipelines');
  await settled(page);
  await page.getByRole('button', { name: 'Requirement' }).first().click();
  const dialog = page.getByRole('dialog');
  const editor = dialog.getByRole('textbox', { name: 'Condition' });
  await editor.click();
  await page.keyboard.type('NOT(ISBLANK(nex');
  // Its styles are there under the policy of the server: the number of the line stands beside the text, not above it.
  const [number, line] = [await dialog.locator('.cm-gutterElement', { hasText: '1' }).last().boundingBox(), await dialog.locator('.cm-line').first().boundingBox()];
  assert.ok(Math.abs(number.y - line.y) < 4 && number.x + number.width <= line.x + 1, JSON.stringify([number, line]));
  const proposed = dialog.getByRole('option', { name: /next_step/ }).first();
  await proposed.waitFor();
  const at = await proposed.boundingBox();
  const hit = await page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('[role=option]') !== null, { x: at.x + 8, y: at.y + at.height - 4 });
  assert.ok(hit, 'What is proposed is not cut off');
  await proposed.click();
  await page.keyboard.type('))');
  await dialog.getByText(/^Valid/).waitFor();
  await accessible(page, 'Requirement of a stage');
});
