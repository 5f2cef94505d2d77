// Tests of the import's mapping and of what is asked of the server.
import { describe, expect, it } from 'vitest';
import { applySaved, bodyOf, choose, matchedCount, planFrom, rowsToImport, savedFrom, segments, suggestedRows, toCheck, translate, unfilled, usualKey } from './mapping';
import type { Check, FileColumn, ImportPlan } from './mapping';

const columns: FileColumn[] = [
  { index: 0, name: 'Tên công ty', samples: ['Cty TNHH Thép Tân Việt'], suggested: { field: 'name', confidence: 1 } },
  { index: 1, name: 'MST', samples: ['0301-482-917'], suggested: { field: 'tax_code', confidence: 0.95 } },
  { index: 2, name: 'Company', samples: ['Tân Việt'], suggested: { field: 'name', confidence: 0.6 } },
  { index: 3, name: 'Khu vực', samples: ['Mien Nam 2'], suggested: { field: 'region', confidence: 0.5 } },
  { index: 4, name: 'Fax', samples: ['028 3822 0000'], suggested: null },
];

function plan(): ImportPlan {
  return { entity: 'account', rows: suggestedRows(columns), key: ['tax_code', 'email'], onMatch: 'update', empty: 'keep', missing: 'refuse', partial: true, reading: { encoding: 'utf-8' } };
}

describe('suggestions', () => {
  it('give a field once, to the surest column', () => {
    const rows = suggestedRows(columns);
    expect(rows.map((row) => row.field)).toEqual(['name', 'tax_code', null, 'region', null]);
    expect(rows.map((row) => row.state)).toEqual(['sure', 'sure', 'left', 'check', 'left']);
    expect(matchedCount(rows)).toBe(3);
    expect(toCheck(rows).map((row) => row.column)).toEqual([3]);
  });
});

describe('choosing a field', () => {
  it('takes it from the column that had it', () => {
    const rows = choose(suggestedRows(columns), 2, 'name');
    expect(rows[0]).toEqual({ column: 0, field: null, state: 'left' });
    expect(rows[2]).toEqual({ column: 2, field: 'name', state: 'chosen' });
  });
  it('confirms a doubtful match', () => {
    expect(toCheck(choose(suggestedRows(columns), 3, 'region'))).toEqual([]);
  });
});

describe('the request', () => {
  it('names only matched columns, and keys that are filled', () => {
    expect(bodyOf(plan())).toEqual({
      entity: 'account',
      mapping: [{ column: 0, field: 'name' }, { column: 1, field: 'tax_code' }, { column: 3, field: 'region' }],
      key: ['tax_code'], on_match: 'update', empty: 'keep', missing: 'refuse', partial: true, reading: { encoding: 'utf-8' },
    });
  });
  it('says what a value of the file means, until that is taken back', () => {
    const translated = { ...plan(), rows: translate(plan().rows, 'region', 'Mien Nam 2', 'South') };
    expect(bodyOf(translated).mapping[2]).toEqual({ column: 3, field: 'region', values: { 'Mien Nam 2': 'South' } });
    expect(toCheck(translated.rows)).toEqual([]);
    expect(bodyOf({ ...plan(), rows: translate(plan().rows, 'region', 'n/a', null) }).mapping[2]).toEqual({ column: 3, field: 'region', values: { 'n/a': '' } });
    expect(bodyOf({ ...translated, rows: translate(translated.rows, 'region', 'Mien Nam 2', '') }).mapping[2]).toEqual({ column: 3, field: 'region' });
  });
  it('is the plan again when an import is opened later', () => {
    const body = bodyOf({ ...plan(), rows: translate(plan().rows, 'region', 'Mien Nam 2', 'South') });
    expect(bodyOf(planFrom(body, columns))).toEqual(body);
  });
  it('knows records by one usual key', () => {
    expect(usualKey(plan().rows)).toEqual(['tax_code']);
    expect(usualKey([])).toEqual([]);
  });
  it('tells which required fields nothing fills', () => {
    expect(unfilled(['name', 'owner'], plan().rows)).toEqual(['owner']);
  });
});

describe('a saved mapping', () => {
  it('fits a file whose columns stand in another order', () => {
    const saved = savedFrom('Weekly', { ...plan(), rows: translate(plan().rows, 'tax_code', '?', '0') }, columns);
    const shuffled: FileColumn[] = [
      { index: 0, name: ' mst ', samples: [], suggested: null },
      { index: 1, name: 'TÊN CÔNG TY', samples: [], suggested: null },
      { index: 2, name: 'New', samples: [], suggested: null },
    ];
    const rows = applySaved(saved, shuffled);
    expect(rows.map((row) => row.field)).toEqual(['tax_code', 'name', null]);
    expect(rows[0]?.values).toEqual({ '?': '0' });
  });
});

const nothing: Check = { complete: true, checked: 0, create: 0, update: 0, unchanged: 0, skip: 0, duplicate: 0, refused: 0, reasons: [], seconds: 0 };

describe('the stacked bar', () => {
  it('adds to a hundred and shows the smallest part', () => {
    const check = { ...nothing, create: 999_900, update: 88, refused: 12 };
    const parts = segments(check);
    expect(parts.map((part) => part.name)).toEqual(['create', 'update', 'refused']);
    expect(parts.reduce((sum, part) => sum + part.percent, 0)).toBeCloseTo(100, 9);
    expect(parts[2]?.percent).toBe(1);
    expect(rowsToImport(check)).toBe(999_988);
  });
  it('is empty without rows', () => {
    expect(segments(nothing)).toEqual([]);
  });
});
