// One's own account: the password, what else is signed in, tokens for programs.
import assert from 'node:assert/strict';
import { accessible, administrator, settled, task, windowOf, world } from '../world.mjs';

const signIn = (context, email, password) => context.request.post(`${world.program.address}/api/v1/session`, { data: { email, password } });

task('A person without administration changes the password, and the other sessions end', async ({ context }) => {
  const role = (await world.call('GET', '/roles?limit=50')).data.find(({ name }) => /rep/i.test(name));
  const made = await world.call('POST', '/users', { name: 'Lý Bảo Ngân', email: 'ngan.ly@lamson.example', role: role.id });
  await world.call('POST', `/users/${made.id}/password`, { password: 'lantern river stone' });
  assert.equal((await signIn(context, made.email, 'lantern river stone')).status(), 200, 'A second session');
  const own = await windowOf({ email: made.email, password: 'lantern river stone' });
  try {
    const { page } = own;
    await own.go('/');
    await page.getByRole('button', { name: /Lý Bảo Ngân/ }).click();
    await page.getByRole('menuitem', { name: 'Your account' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your account' }).waitFor();
    await settled(page);
    await accessible(page, 'Own account');
    assert.equal(await page.getByRole('region', { name: 'Signed in on' }).getByRole('listitem').count(), 2);
    assert.equal(await page.getByText('Mozilla/5.0').count(), 0, 'Browsers have names that people know');
    await page.getByLabel(/^Password until now/).fill('not the password');
    await page.getByLabel(/^New password/).fill('window harbour cloud');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The old password is wrong').waitFor();
    await page.getByLabel(/^Password until now/).fill('lantern river stone');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[aria-labelledby=sessions] li').length === 1);
    // The window that changed it goes on: what it sends next is taken.
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Night report');
    await page.getByRole('dialog').getByRole('button', { name: 'Make token' }).click();
    await page.getByRole('heading', { name: 'Your new token' }).waitFor();
    await accessible(page, 'Token that was made');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'API tokens' }).getByText('Night report').waitFor();
    assert.deepEqual(own.faults, []);
  } finally {
    await own.context.close();
  }
  assert.equal((await context.request.get(`${world.program.address}/api/v1/session`)).status(), 401, 'The other session has ended');
  assert.equal((await signIn(context, made.email, 'lantern river stone')).status(), 401);
  assert.equal((await signIn(context, made.email, 'window harbour cloud')).status(), 200);
}, { person: administrator });
