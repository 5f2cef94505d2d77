// Search over everything and the command palette.
import assert from 'node:assert/strict';
import { accessible, settled, task, world } from '../world.mjs';

task('The palette finds a record without its accents and opens it', async ({ page, go }) => {
  await go('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  await palette.getByRole('combobox').fill('song hong');
  const found = palette.getByRole('option', { name: /Sông Hồng Logistics/ });
  await found.waitFor();
  await accessible(page, 'Palette');
  await found.click();
  await page.getByRole('heading', { level: 1, name: 'Sông Hồng Logistics' }).waitFor();
});

task('The palette runs commands and computes', async ({ page, go }) => {
  await go('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('dialog', { name: 'Command palette' }).getByRole('combobox');
  await field.fill('= 1250 * 8%');
  await page.getByText('Result').waitFor();
  await page.getByRole('dialog').getByText('100', { exact: true }).waitFor();
  await field.fill('> theme: dark');
  await field.press('Enter');
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
});

task('Letters go where they say, and the sheet tells them', async ({ page, go }) => {
  await go('/');
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor();
  await settled(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await accessible(page, 'Sheet of shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(world.accounts.length > 0);
});

task('The palette puts a company before its deals, and tells deals of one name apart', async ({ page, go }) => {
  await go('/');
  await settled(page);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  await palette.getByRole('combobox').fill('# quay crane');
  const deal = palette.getByRole('option', { name: /Quay crane drives/ }).first();
  await deal.waitFor();
  // Its stage or amount stands beside it.
  await palette.getByRole('option', { name: /Quay crane drives.*Opportunity · .+/ }).first().waitFor();
  await palette.getByRole('combobox').fill('= 13580.5 * 10');
  await palette.getByText('135,805', { exact: true }).waitFor();
});
