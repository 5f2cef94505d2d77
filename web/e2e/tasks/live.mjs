// What a colleague does appears without a reload: in lists, on the board, on the page of a record, beside an open edit.
import assert from 'node:assert/strict';
import { accessible, settled, task, world } from '../world.mjs';

const deal = (at) => `/opportunities/${world.deals[at]}`;
const patch = (id, values) => world.call('PATCH', `/opportunities/${id}`, values, { 'If-Match': '*' });
const listening = (page) => page.waitForRequest(/\/api\/v1\/events/);
// Opens a page and waits until it listens, too.
async function open({ page, go }, address) {
  const heard = listening(page);
  await go(address);
  await heard;
  await settled(page);
}
const list = (ids) => `/opportunities?view=all&sort=name&columns=name,next_step,owner&filter=${encodeURIComponent(ids.map((id) => `id = "${id}"`).join(' OR '))}`;
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('gridcell', { name }) });
const names = (page) => page.locator('[role=row]:not([aria-rowindex="1"]) a.name').allInnerTexts();

task('A row that a colleague changes is brought up to date in its place, a new one is offered, a deleted one is crossed out', async (window) => {
  const { page } = window;
  const made = [];
  for (const name of ['Live crane', 'Live dock', 'Live kiln']) made.push((await world.call('POST', '/opportunities', { name, account: world.accounts[0], stage: world.stages.find(({ kind }) => kind === 'open').id })).id);
  await open(window, `/opportunities?view=all&sort=name&columns=name,next_step&filter=${encodeURIComponent('BEGINS(name, "Live ")')}`);
  assert.deepEqual(await names(page), ['Live crane', 'Live dock', 'Live kiln']);
  await patch(made[1], { next_step: 'Heard of at once' });
  await row(page, 'Live dock').getByText('Heard of at once').waitFor();
  // A change that the order would answer with a move moves nothing under the reader's eyes.
  await patch(made[0], { name: 'Live zeppelin' });
  await page.getByRole('link', { name: 'Live zeppelin' }).waitFor();
  assert.deepEqual(await names(page), ['Live zeppelin', 'Live dock', 'Live kiln']);
  made.push((await world.call('POST', '/opportunities', { name: 'Live anvil', account: world.accounts[0], stage: world.stages.find(({ kind }) => kind === 'open').id })).id);
  const offer = page.getByRole('button', { name: '1 new' });
  await offer.waitFor();
  await accessible(page, 'List with an offer of new rows');
  assert.deepEqual(await names(page), ['Live zeppelin', 'Live dock', 'Live kiln']);
  await world.call('DELETE', `/opportunities/${made[2]}`, undefined, { 'If-Match': '*' });
  await page.locator('.row.gone').getByText('Live kiln').waitFor();
  await offer.click();
  await page.getByRole('link', { name: 'Live anvil' }).waitFor();
  assert.deepEqual(await names(page), ['Live anvil', 'Live dock', 'Live zeppelin']);
  await offer.waitFor({ state: 'detached' });
  for (const id of made) if (id !== made[2]) await world.call('DELETE', `/opportunities/${id}`, undefined, { 'If-Match': '*' });
});

task('A change beyond the rows that were read is no news of the list', async (window) => {
  const { page } = window;
  await open(window, '/opportunities?view=all&sort=name');
  const answer = await world.call('GET', '/opportunities?sort=-name&limit=1');
  const asked = page.waitForResponse((response) => /\/opportunities\?/.test(response.url()) && response.url().includes(answer.data[0].id));
  await patch(answer.data[0].id, { next_step: 'Far down the list' });
  await asked;
  await settled(page);
  assert.equal(await page.locator('[role=status] button').count(), 0);
});

task('A cell that is being edited keeps what is typed, says that it was changed meanwhile, and asks whose value stays', async (window) => {
  const { page } = window;
  const id = world.deals[20];
  await patch(id, { next_step: 'As it was' });
  await open(window, list([id, world.deals[21]]));
  await page.getByRole('gridcell', { name: 'As it was' }).dblclick();
  const box = page.getByRole('textbox', { name: 'Next step' });
  await box.fill('What I type');
  await patch(id, { next_step: 'From a colleague' });
  await page.getByText(/changed this meanwhile:/).getByText('From a colleague').waitFor();
  assert.equal(await box.inputValue(), 'What I type');
  await accessible(page, 'Cell changed meanwhile');
  await box.press('Enter');
  await page.getByText(/was changed by someone else meanwhile/).waitFor();
  assert.equal((await world.call('GET', `/opportunities/${id}`)).next_step, 'From a colleague', 'Nothing was overwritten unasked');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('gridcell', { name: 'What I type' }).waitFor();
  assert.equal((await world.call('GET', `/opportunities/${id}`)).next_step, 'What I type');
});

task('The page of a record and its timeline follow; an open field keeps its draft and shows both values', async (window) => {
  const { page } = window;
  const id = world.deals[22];
  await patch(id, { next_step: 'As it was', name: 'Followed deal' });
  await open(window, deal(22));
  await page.getByRole('heading', { level: 1, name: 'Followed deal' }).waitFor();
  await page.getByRole('button', { name: /^Edit Next step/ }).click();
  const box = page.getByRole('textbox', { name: 'Next step' });
  await box.fill('What I type');
  await patch(id, { next_step: 'From a colleague', name: 'Followed deal, larger' });
  await page.getByRole('heading', { level: 1, name: 'Followed deal, larger' }).waitFor();
  await page.getByText(/changed this meanwhile:/).getByText('From a colleague').waitFor();
  assert.equal(await box.inputValue(), 'What I type');
  assert.ok(await box.evaluate((element) => element === document.activeElement), 'The edit keeps the focus');
  await world.call('POST', '/activities', { kind: 'call', subject: 'Called while you read', opportunity: id });
  await page.getByRole('article', { name: 'Called while you read' }).waitFor();
  await accessible(page, 'Record changed meanwhile');
  await box.press('Enter');
  await page.getByRole('alert').getByText('From a colleague').waitFor();
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await page.getByRole('button', { name: /^Edit Next step/ }).getByText('From a colleague').waitFor();
  assert.equal((await world.call('GET', `/opportunities/${id}`)).next_step, 'From a colleague');
});

task('The panel beside a list follows, too', async (window) => {
  const { page } = window;
  const id = world.deals[23];
  await patch(id, { next_step: 'As it was' });
  await open(window, `${list([id])}&open=${id}`);
  const panel = page.getByRole('complementary');
  await panel.getByText('As it was').waitFor();
  await patch(id, { next_step: 'Told to the panel' });
  await panel.getByText('Told to the panel').waitFor();
  await page.getByRole('gridcell', { name: 'Told to the panel' }).waitFor();
});

task('A card that a colleague moves goes to its column, with counts and sums', async (window) => {
  const { page } = window;
  const column = (name) => page.getByRole('region', { name: new RegExp(`^${name}`) });
  const head = async (name) => Number((await column(name).getByRole('heading').locator('.count').innerText()).replace(/\D/g, ''));
  const [first, second] = world.stages.filter(({ kind }) => kind === 'open');
  await open(window, '/opportunities/board');
  const card = column(first.name).getByRole('article').first();
  const id = await card.getAttribute('data-card');
  const before = [await head(first.name), await head(second.name)];
  await world.call('POST', `/opportunities/${id}/actions/move_to_stage`, { stage: second.id }, { 'If-Match': '*' });
  await column(second.name).locator(`[data-card="${id}"]`).waitFor();
  await page.waitForFunction(([from, count]) => [...document.querySelectorAll('section h2, section h3')].some((one) => one.textContent.includes(from) && one.textContent.includes(String(count))), [first.name, before[0] - 1]);
  assert.deepEqual([await head(first.name), await head(second.name)], [before[0] - 1, before[1] + 1]);
  await world.call('POST', `/opportunities/${id}/actions/move_to_stage`, { stage: first.id }, { 'If-Match': '*' });
  await column(first.name).locator(`[data-card="${id}"]`).waitFor();
});

task('A change of hundreds of records is read once, not record by record', async (window) => {
  const { page } = window;
  const accounts = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const answer = await world.call('POST', '/accounts/bulk', { operation: 'create', records: Array.from({ length: 150 }, (_, at) => ({ name: `Crowd ${turn} ${String(at).padStart(3, '0')}`, city: 'Huế' })) });
    accounts.push(...answer.results.map(({ id }) => id));
  }
  await open(window, `/accounts?view=all&sort=name&columns=name,city&filter=${encodeURIComponent('BEGINS(name, "Crowd ")')}`);
  await page.getByRole('gridcell', { name: 'Huế' }).first().waitFor();
  let asked = 0;
  page.on('request', (request) => (asked += /\/accounts/.test(request.url()) ? 1 : 0));
  for (let from = 0; from < accounts.length; from += 150) await world.call('POST', '/accounts/bulk', { operation: 'update', records: accounts.slice(from, from + 150).map((id) => ({ id, city: 'Vinh' })) });
  await page.getByRole('gridcell', { name: 'Vinh' }).first().waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll('[role=gridcell]')].some((one) => one.textContent.trim() === 'Huế'));
  await settled(page);
  assert.ok(asked <= 12, `${asked} questions for 300 changed records`);
  for (let from = 0; from < accounts.length; from += 150) await world.call('POST', '/accounts/bulk', { operation: 'delete', records: accounts.slice(from, from + 150).map((id) => ({ id })) });
});

task('Figures offer to be computed anew', async (window) => {
  const { page } = window;
  await open(window, '/figures');
  await patch(world.deals[24], { amount: { amount: '123000000', currency: 'VND' } });
  await page.getByRole('button', { name: 'Data has changed' }).click();
  await page.getByRole('button', { name: 'Data has changed' }).waitFor({ state: 'detached' });
  await settled(page);
});

task('Tabs of one browser share one connection; when its tab is closed, another takes over', async ({ page, go, context }) => {
  let connections = 0;
  context.on('request', (request) => (connections += /\/api\/v1\/events/.test(request.url()) ? 1 : 0));
  const id = world.deals[25];
  await open({ page, go }, list([id]));
  const second = await context.newPage();
  await second.goto(world.program.address + list([id]));
  await settled(second);
  await patch(id, { next_step: 'To both tabs' });
  for (const tab of [page, second]) await tab.getByRole('gridcell', { name: 'To both tabs' }).waitFor();
  assert.equal(connections, 1);
  const taken = second.waitForRequest(/\/api\/v1\/events/);
  await page.close();
  await taken;
  await patch(id, { next_step: 'To the one that is left' });
  await second.getByRole('gridcell', { name: 'To the one that is left' }).waitFor();
  assert.equal(connections, 2);
});

task('A lost connection is marked; when it is back, what was missed is caught up', async ({ page, go }) => {
  const id = world.deals[26];
  await patch(id, { next_step: 'As it was' });
  await page.route(/\/api\/v1\/events/, (route) => route.abort());
  await go(list([id]));
  await page.getByText('Changes of others do not arrive').waitFor({ state: 'attached' });
  await accessible(page, 'List without live changes');
  await patch(id, { next_step: 'Missed at first' });
  await page.unroute(/\/api\/v1\/events/);
  await page.getByRole('gridcell', { name: 'Missed at first' }).waitFor();
  await page.getByText('Changes of others do not arrive').waitFor({ state: 'detached' });
});
