// Figures, their traces and the records behind them.
import assert from 'node:assert/strict';
import { accessible, settled, task } from '../world.mjs';

task('A figure opens its trace, and the trace its records', async ({ page, go }) => {
  await go('/figures');
  await settled(page);
  await accessible(page, 'Figures');
  await page.getByRole('region', { name: 'Key figures' }).getByRole('button').first().click();
  const trace = page.getByRole('dialog');
  await trace.getByRole('list', { name: 'How it was computed' }).waitFor();
  await accessible(page, 'Trace');
  await trace.getByRole('button', { name: 'Compute again' }).click();
  await trace.getByText(/Computed again at .*: the same\./).waitFor();
  const link = trace.getByRole('link', { name: /^Open \d/ });
  const n = Number((await link.innerText()).replace(/\D/g, ''));
  assert.ok(n > 0);
  await link.click();
  await page.getByRole('grid').waitFor();
  await settled(page);
  assert.equal(Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1, n, 'As many records as the figure counted');
});

for (const [name, by] of [['pipeline', 'stage'], ['win_rate', 'owner'], ['stage_conversion', 'stage'], ['won', 'month'], ['stale_deals', 'owner'], ['pipeline_movement', 'part']]) {
  task(`The figure ${name} by ${by} is told as a picture and as a table`, async ({ page, go }) => {
    await go(`/figures/${name}?by=${by}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await accessible(page, `Figure ${name}`);
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('table').waitFor();
    await accessible(page, `Figure ${name} as a table`);
  });
}

task('Every card of a period without deals says so, and draws no axis', async ({ page, go }) => {
  await go('/figures?period=last_year');
  await settled(page);
  for (const name of ['Won by person', /^Won by month/, 'Win rate by industry', 'Stage conversion']) {
    const card = page.getByRole('region', { name });
    await card.getByText('No deals in this period.').waitFor();
    assert.equal(await card.getByText('50%').count(), 0);
  }
  await accessible(page, 'Figures of an empty period');
  await go('/figures/win_rate?by=industry&period=last_year');
  await settled(page);
  await page.getByText('No deals in this period.').waitFor();
});

task('The movement of the pipeline names the deals of each part, and its ends lead to their lists', async ({ page, go }) => {
  await go('/figures?period=this_year');
  await settled(page);
  const card = page.getByRole('region', { name: 'Pipeline movement' });
  const made = card.getByRole('listitem').filter({ hasText: 'New' });
  const n = Number((await made.locator('.cases [aria-hidden]').innerText()).replace(/\D/g, ''));
  assert.ok(n > 0);
  await made.getByRole('button').click();
  const panel = page.getByRole('dialog');
  await panel.getByRole('listitem').first().waitFor();
  assert.equal(await panel.getByRole('listitem').count(), Math.min(n, 200), 'Every deal of the part');
  await accessible(page, 'Deals of a part of the movement');
  await page.keyboard.press('Escape');
  const closing = card.getByRole('listitem').filter({ hasText: 'Closing' });
  const open = Number((await closing.locator('.cases [aria-hidden]').innerText()).replace(/\D/g, ''));
  await closing.getByRole('link').click();
  await page.getByRole('grid').waitFor();
  await settled(page);
  assert.equal(Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1, open, 'As many records as the movement ends with');
});

task('A company of which nothing was closed for a year is shown its figures of all time', async ({ page, go }) => {
  // As after the import of an old export: the year up to today has no closed deal.
  await page.route(/\/api\/v1\/figures\/win_rate\?/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), n: 0, value: null, interval: null, groups: [] } });
  });
  await go('/');
  await page.getByText('Nothing was closed in the last twelve months. The last deal was closed on').waitFor();
  await accessible(page, 'Home of an old export');
  await page.getByRole('button', { name: 'Show all time' }).click();
  await page.waitForURL(/\/figures\?period=all$/);
  await settled(page);
  assert.equal(await page.getByText('Nothing was closed in the last twelve months').count(), 0);
});
