// The board: moves by drag and by keys, a loss with its reason, what a stage asks for.
import assert from 'node:assert/strict';
import { accessible, administrator, settled, task, windowOf, world } from '../world.mjs';

const column = (page, name) => page.getByRole('region', { name: new RegExp(`^${name}`) });
const stageOf = async (id) => (await world.call('GET', `/opportunities/${id}`)).stage.id;
const opening = () => world.stages.filter(({ kind }) => kind === 'open');
const head = async (page, name) => Number((await column(page, name).getByRole('heading').locator('.count').innerText()).replace(/\D/g, ''));
const inStage = async (stage) => (await world.call('GET', `/opportunities?limit=1&filter=${encodeURIComponent(`stage = "${stage}"`)}`)).page.count;

task('The board tells count and sums of each stage as the records have them', async ({ page, go }) => {
  await go('/opportunities/board');
  await settled(page);
  await accessible(page, 'Board');
  for (const stage of opening()) assert.equal(await head(page, stage.name), await inStage(stage.id), stage.name);
});

task('The board takes the same filter parts as the list, and hands them on', async ({ page, go }) => {
  await go('/opportunities/board');
  await settled(page);
  await page.keyboard.press('f');
  await page.getByRole('textbox', { name: 'Find a field' }).fill('Owner');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Daniel Okafor' }).click();
  await page.waitForFunction(() => location.search.includes('filter='));
  await page.keyboard.press('Escape');
  await settled(page);
  await accessible(page, 'Board with a filter part');
  const filter = new URL(page.url()).searchParams.get('filter');
  const { total } = await world.call('GET', `/board?filter=${encodeURIComponent(filter)}`);
  let shown = 0;
  for (const stage of world.stages.filter(({ kind }) => kind === 'open' || kind === 'on_hold')) shown += await head(page, stage.name);
  assert.ok(total.count > 0);
  assert.equal(shown, total.count);
  await page.getByRole('radio', { name: 'List' }).click();
  await page.getByRole('group', { name: 'Owner' }).getByText('Daniel Okafor').waitFor();
});

task('A card is dragged to another stage', async ({ page, go }) => {
  const [first, second] = opening();
  await go('/opportunities/board');
  await settled(page);
  const card = column(page, first.name).getByRole('article').first();
  const id = await card.getAttribute('data-card');
  const from = await card.boundingBox();
  const to = await column(page, second.name).getByRole('list').boundingBox();
  const before = [await head(page, first.name), await head(page, second.name)];
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 30, { steps: 4 });
  await page.mouse.move(to.x + to.width / 2, to.y + 60, { steps: 8 });
  await page.mouse.up();
  await column(page, second.name).locator(`[data-card="${id}"]`).waitFor();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  assert.equal(await stageOf(id), second.id);
  assert.deepEqual([await head(page, first.name), await head(page, second.name)], [before[0] - 1, before[1] + 1]);
  await page.keyboard.press('Control+z');
  await column(page, first.name).locator(`[data-card="${id}"]`).waitFor();
  assert.equal(await stageOf(id), first.id);
});

task('A card is moved by keys alone', async ({ page, go }) => {
  const [first, second] = opening();
  await go('/opportunities/board');
  await settled(page);
  const card = column(page, first.name).getByRole('article').first();
  const id = await card.getAttribute('data-card');
  await card.focus();
  await page.keyboard.press('m');
  await page.getByRole('menu', { name: 'Move to stage' }).waitFor();
  await accessible(page, 'Board with its menu');
  await page.keyboard.press('2');
  await column(page, second.name).locator(`[data-card="${id}"]`).waitFor();
  await page.waitForFunction((id) => document.activeElement?.getAttribute('data-card') === id, id);
  assert.equal(await stageOf(id), second.id);
});

task('A loss asks for its reason before anything changes', async ({ page, go }) => {
  const [first] = opening();
  const lost = world.stages.find(({ kind }) => kind === 'lost');
  await go('/opportunities/board');
  await settled(page);
  const card = column(page, first.name).getByRole('article').first();
  const id = await card.getAttribute('data-card');
  await card.focus();
  await page.keyboard.press('l');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await accessible(page, 'Dialog of a loss');
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await dialog.getByText('Choose why the deal was lost').waitFor();
  assert.equal(await stageOf(id), first.id);
  await dialog.getByLabel('Reason').click();
  await page.getByRole('option').first().click();
  await dialog.getByRole('button', { name: 'Mark as lost' }).click();
  await page.locator(`[data-card="${id}"]`).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  assert.equal(await stageOf(id), lost.id);
});

task('A stage that asks for more says what is missing', async ({ page, go }) => {
  const [first, , third] = opening();
  const requirement = await world.call('POST', '/stage_requirements', { stage: third.id, moment: 'entry', condition: 'NOT(ISBLANK(next_step))', message: 'Write the next step first' });
  const id = (await world.call('GET', `/opportunities?limit=1&filter=${encodeURIComponent(`stage = "${first.id}" AND NOT(ISBLANK(close_date))`)}`)).data[0].id;
  await world.call('PATCH', `/opportunities/${id}`, { next_step: null }, { 'If-Match': '*' });
  await go('/opportunities/board');
  await settled(page);
  await page.locator(`[data-card="${id}"]`).focus();
  await page.keyboard.press('m');
  await page.getByRole('menuitemradio', { name: new RegExp(third.name) }).getByText('Write the next step first').waitFor();
  await page.keyboard.press('3');
  await page.getByRole('dialog').getByText('Write the next step first').waitFor();
  await accessible(page, 'Dialog of what is missing');
  assert.equal(await stageOf(id), first.id);
  await world.call('DELETE', `/stage_requirements/${requirement.id}`, undefined, { 'If-Match': '*' });
});

task('What the cards show and how they are sorted is the person’s own, in every browser', async ({ page, go }) => {
  const [first] = opening();
  await go('/opportunities/board');
  await settled(page);
  const { data } = await world.call('GET', `/opportunities?limit=1&sort=-amount&fields=name,type,account&filter=${encodeURIComponent(`stage = "${first.id}"`)}`);
  await page.getByRole('button', { name: 'Cards show' }).click();
  const settings = page.locator('[data-layer-open][aria-label="Cards show"]');
  await settings.getByText('Owner', { exact: true }).click();
  await settings.getByRole('textbox', { name: 'Find a field' }).fill('type');
  await settings.getByText('Type', { exact: true }).click();
  await accessible(page, 'What cards show');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close date', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Amount' }).or(page.getByRole('menuitem', { name: 'Amount' })).or(page.getByRole('menuitemradio', { name: 'Amount' })).click();
  await page.waitForFunction(async () => {
    const { data } = await (await fetch('/api/v1/views?entity=opportunity')).json();
    const kept = data.map(({ definition }) => JSON.parse(definition ?? '{}')).filter(({ shape }) => shape === 'board');
    return kept.length === 1 && kept[0].sort === '-amount' && kept[0].columns.includes('type') && !kept[0].columns.includes('owner');
  });
  const other = await windowOf(administrator);
  try {
    await other.go('/opportunities/board');
    await settled(other.page);
    const card = column(other.page, first.name).getByRole('article').first();
    assert.equal(await card.getAttribute('data-card'), data[0].id, 'The largest stands first');
    await card.getByText('Type', { exact: true }).waitFor();
    assert.equal(await card.locator('.avatar').count(), 0, 'Nobody is drawn');
    await accessible(other.page, 'Board with chosen fields');
    await other.go('/opportunities');
    await settled(other.page);
    assert.equal(await other.page.getByRole('tab', { name: 'Board' }).count(), 0, 'The settings of the board are no view of the list');
    assert.deepEqual(other.faults, []);
  } finally {
    await other.context.close();
  }
  await page.getByRole('button', { name: 'Cards show' }).click();
  await settings.getByRole('button', { name: 'As at first' }).click();
  await column(page, first.name).getByRole('article').first().locator('.avatar').waitFor();
});

task('A sum that leaves out an amount without a rate says so on the board, under the list and beside the figure, and shows the record', async ({ page, go }) => {
  const { id } = await world.call('POST', '/opportunities', { name: 'Priced in francs', account: world.accounts[0], stage: opening()[0].id, amount: { amount: '4000', currency: 'CHF' } });
  const opened = async () => {
    const mark = page.getByRole('button', { name: '1 not in the sum' }).first();
    await mark.focus();
    await page.keyboard.press('Enter');
    await page.locator('.pop').getByText(/had no rate/).waitFor();
    return page.locator('.pop').getByRole('link', { name: 'Show the record left out' });
  };
  try {
    await go('/opportunities/board');
    await settled(page);
    await opened();
    await accessible(page, 'Board with the notes of its sums');
    await page.getByRole('link', { name: 'Show the record left out' }).click();
    await page.getByRole('grid').getByText('Priced in francs').waitFor();
    await settled(page);
    assert.equal(await page.getByRole('grid').getAttribute('aria-rowcount'), '2');
    for (const address of ['/opportunities?view=all&search=francs', '/figures', '/figures/pipeline?by=stage']) {
      await go(address);
      await settled(page);
      const way = address.startsWith('/figures/') ? page.getByRole('link', { name: 'Show the record left out' }) : await opened();
      await way.click();
      await page.waitForFunction(() => location.pathname === '/opportunities' && location.search.includes('CHF'));
      await page.getByRole('grid').getByText('Priced in francs').waitFor();
    }
  } finally {
    await world.call('DELETE', `/opportunities/${id}`, undefined, { 'If-Match': '*' });
  }
  await go('/opportunities/board');
  await settled(page);
  assert.equal(await page.getByRole('button', { name: /not in the sum/ }).count(), 0);
});
