// Imports: a file is dropped, matched, checked, mended, run beside its progress, undone; and what is kept of it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { accessible, settled, task, world } from '../world.mjs';

const file = (name, lines) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) });
const customers = file('khach-hang.csv', [
  'Tên công ty;Khu vực;Doanh thu;Ghi chú nội bộ',
  'Thép Bình An;South;1.250.000.000;a',
  'Gốm Sứ Chu Đậu;Mien Nam 2;820.500.000;b',
  'Nhựa Duy Tân;South;không rõ;c',
]);
const named = async (name) => (await world.call('GET', `/accounts?limit=2&filter=${encodeURIComponent(`name = "${name}"`)}`)).data;

task('A file becomes records: matched, mended, checked, taken, and taken back', async ({ page, go }) => {
  await go('/import');
  await accessible(page, 'Imports');
  await page.locator('input[type=file]').setInputFiles(customers);
  await page.getByRole('heading', { level: 1, name: 'Import accounts' }).waitFor();
  const dry = page.getByRole('complementary', { name: 'Dry run' });
  await dry.getByText(/^Why /).waitFor();
  await accessible(page, 'Matching of an import');
  const table = page.getByRole('table', { name: 'Match columns' });
  assert.equal(await table.getByRole('combobox', { name: 'Field for the column Tên công ty' }).inputValue(), 'Name');
  assert.equal(await table.getByRole('combobox', { name: 'Field for the column Khu vực' }).inputValue(), 'Region');
  assert.deepEqual(await named('Thép Bình An'), [], 'A dry run writes nothing');

  // What a value means is chosen by hand.
  const unknown = dry.getByRole('listitem').filter({ hasText: 'Mien Nam 2' });
  await unknown.getByRole('button', { name: /^Choose/ }).click();
  await page.getByRole('dialog').getByRole('combobox').fill('South');
  await page.getByRole('option', { name: 'South' }).click();
  await accessible(page, 'Meaning of a value');
  await page.getByRole('button', { name: 'Take this value' }).click();
  await unknown.waitFor({ state: 'detached' });
  await table.getByText('1 value mapped').waitFor();

  // A small file is checked whole at once.
  await page.getByRole('button', { name: 'Import 2 rows' }).click();
  await page.getByRole('heading', { name: 'Imported 2 rows' }).waitFor();
  await accessible(page, 'Outcome of an import');
  assert.equal((await named('Gốm Sứ Chu Đậu'))[0]?.region.title, 'South');

  const [refused] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the refused rows' }).click()]);
  const rest = await readFile(await refused.path(), 'utf8');
  assert.match(rest, /Nhựa Duy Tân/);
  assert.doesNotMatch(rest, /Bình An/);

  await page.getByRole('button', { name: 'Undo the import' }).click();
  await accessible(page, 'Question before an undo');
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the import' }).click();
  await page.getByRole('heading', { name: 'The import of 2 rows was undone' }).waitFor();
  assert.deepEqual(await named('Thép Bình An'), []);
  await go('/import');
  await page.getByRole('row', { name: /khach-hang\.csv/ }).getByText('Undone').waitFor();
  await accessible(page, 'Imports so far');
});

task('A mapping is kept by name and fits the next file; the plan waits for whoever left', async ({ page, go }) => {
  await go('/import?entity=account');
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(customers);
  const note = page.getByRole('combobox', { name: 'Field for the column Ghi chú nội bộ' });
  await note.fill('Descr');
  await page.getByRole('option', { name: 'Description' }).click();
  await page.getByRole('button', { name: 'Mappings' }).click();
  await page.getByRole('menuitem', { name: 'Keep this mapping' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Weekly');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByText('Kept the mapping Weekly').waitFor();
  const address = new URL(page.url()).pathname;
  await page.getByRole('button', { name: 'Save and leave' }).click();
  await page.getByRole('row', { name: /khach-hang\.csv/ }).getByText('Being prepared').first().waitFor();
  await go(address);
  await settled(page);
  assert.equal(await note.inputValue(), 'Description', 'What was matched is matched still');

  await go('/import?entity=account');
  await settled(page);
  await page.locator('input[type=file]').setInputFiles(file('next-week.csv', ['Ghi chú nội bộ;Tên công ty', 'x;Xi măng Hoàng Long']));
  await note.waitFor();
  await page.getByRole('button', { name: 'Mappings' }).click();
  await page.getByRole('menuitem', { name: 'Weekly' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('[role=combobox]')].some((one) => one.value === 'Description'));
  assert.equal(await note.inputValue(), 'Description');
});

task('A file that is none is refused in words', async ({ page, go }) => {
  await go('/import');
  await settled(page);
  await page.locator('input[type=file]').setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.from('') });
  await page.getByRole('alert').waitFor();
  await accessible(page, 'Refused file');
});

task('An import that is repeated shows what was edited here, and takes whose value one chooses', async ({ page, go }) => {
  const weekly = (phone, employees) => file('weekly.csv', ['Mã cũ,Tên KH,Điện thoại,Số nhân viên', `W-1,Dệt May Thành Công,${phone},${employees}`]);
  const bring = async (upload, label) => {
    await go('/import?entity=account');
    await page.locator('input[type=file]').setInputFiles(upload);
    const dry = page.getByRole('complementary', { name: 'Dry run' });
    await dry.getByText(label).first().waitFor();
    return dry;
  };
  await bring(weekly('0283 111', '10'), /^(New|Create)/);
  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await page.getByRole('heading', { name: 'Imported 1 row' }).waitFor();
  const [made] = await named('Dệt May Thành Công');
  await world.call('PATCH', `/accounts/${made.id}`, { phone: '0283 222' }, { 'If-Match': '*' });

  const dry = await bring(weekly('0283 333', 'không rõ'), /^Why /);
  await dry.getByRole('button', { name: 'Leave empty' }).click();
  await dry.getByText('Edited here since the last import').waitFor();
  await accessible(page, 'What was edited here');
  await dry.getByLabel('Whose value stands: Phone').click();
  await page.getByRole('option', { name: 'Take the file’s' }).click();
  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await page.getByRole('heading', { name: 'Imported 1 row' }).waitFor();
  const [after] = await named('Dệt May Thành Công');
  assert.match(after.phone, /283333$|0283 333$/);
  assert.equal(after.employees, 10);
});
