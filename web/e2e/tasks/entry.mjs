// First run, sign-in and its refusal, and what the other tasks work on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sow } from '../seed.mjs';
import { accessible, administrator, settled, signInAsProgram, task, world } from '../world.mjs';

task('The first person sets the company up', async ({ page, go }) => {
  await go(`/set-up#token=${world.program.token}`);
  await page.getByRole('heading', { name: 'Set up in four steps' }).waitFor();
  await accessible(page, 'Set-up');
  assert.equal(await page.getByLabel('Set-up token').inputValue(), world.program.token, 'The link fills the token in');
  assert.equal(new URL(page.url()).hash, '', 'The token does not stay in the address');
  await page.getByLabel('Your name').fill(administrator.name);
  await page.getByLabel('Work email').fill(administrator.email);
  await page.getByLabel(/^Password/).fill('short');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('The password has 5 characters; 12 are needed').waitFor();
  await page.getByLabel(/^Password/).fill(administrator.password);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Company').fill('Lam Sơn Industrial');
  await page.getByLabel('Reporting currency').fill('VND');
  await page.getByRole('option', { name: /^VND/ }).click();
  // Offered by itself where the clock says so.
  await page.getByLabel(/^Holidays/).getByText('Vietnam, with Tết').waitFor();
  await accessible(page, 'Set-up, second step');
  await page.getByRole('button', { name: 'Create the company' }).click();
  await page.getByRole('button', { name: 'Skip for now' }).click();
  await accessible(page, 'Set-up, last step');
  await page.getByRole('button', { name: 'Look around with sample data' }).click();
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.getByText('This company shows sample data').waitFor();
  await accessible(page, 'Home with sample data');
  const count = (plural) => page.evaluate(async (plural) => (await (await fetch(`/api/v1/${plural}?limit=1`)).json()).page.count, plural);
  assert.equal(await count('opportunities'), 240);
  assert.equal(await count('holidays'), 28, 'The holidays of two years, Tết among them');
  await page.getByRole('button', { name: 'Remove sample data' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove sample data' }).click();
  await page.getByText(/^Removed \d+ sample records$/).waitFor();
  for (const plural of ['opportunities', 'accounts', 'leads', 'teams']) assert.equal(await count(plural), 0, plural);
  await page.getByRole('button', { name: 'Make sample data' }).waitFor();
  await accessible(page, 'Home of an empty company');
  assert.match(await page.getByRole('navigation', { name: 'Main navigation' }).innerText(), /Lam Sơn Industrial/);
}, { person: null });

test('Programs fill the company in over REST', async () => {
  Object.assign(world, await sow(await signInAsProgram()));
});

task('A wrong password is refused, the right one opens the company', async ({ page, go }) => {
  await go('/opportunities');
  await page.getByRole('heading', { name: 'Sign in to Lam Sơn Industrial' }).waitFor();
  await accessible(page, 'Sign-in');
  await page.getByLabel('Work email').fill(administrator.email);
  await page.getByLabel(/^Password/).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'Email or password is wrong' }).waitFor();
  assert.equal(await page.getByLabel(/^Password/).inputValue(), '', 'The wrong password does not stay');
  // The field has the focus: the next attempt is only typed.
  await page.keyboard.type(administrator.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Opportunities', level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/opportunities', 'Signing in leads to the page that was asked for');
}, { person: null });

task('Signing out ends the session', async ({ page, go }) => {
  await go('/');
  await page.getByRole('button', { name: new RegExp(administrator.name) }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: /^Sign in to/ }).waitFor();
  await go('/accounts');
  await page.getByRole('heading', { name: /^Sign in to/ }).waitFor();
});

task('A session that ends during work says so, and signing in leads back', async ({ page, go, context }) => {
  await go('/accounts');
  await page.getByRole('tab').locator('.count').first().waitFor();
  await settled(page);
  await context.clearCookies();
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByText('Your session has ended').waitFor();
  await accessible(page, 'Sign-in after the end of a session');
  await page.getByLabel('Work email').fill(administrator.email);
  await page.getByLabel(/^Password/).fill(administrator.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor();
  await page.getByText('Your session has ended').waitFor({ state: 'detached' });
});
