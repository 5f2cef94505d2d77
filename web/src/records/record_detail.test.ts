import { expect, it } from 'vitest';
import { detailOf } from './record_detail';

it('tells deals of one name apart by stage and amount, without the account twice', () => {
  const deal = { account: { id: '1', title: 'Thép Đông Á' }, stage: { id: '2', title: 'Proposal' }, amount: { amount: '61000.00', currency: 'USD' } };
  expect(detailOf(deal, 'Thép Đông Á, retrofit')).toBe('Proposal · $61.0k');
  expect(detailOf(deal, 'Retrofit')).toBe('Thép Đông Á · Proposal · $61.0k');
});

it('says nothing where nothing is known', () => {
  expect(detailOf({ account: null, job_title: '', email: undefined }, 'Mai')).toBe('');
  expect(detailOf({ account: { id: '1', title: 'Meridian Ports' }, job_title: 'Plant manager', email: 'a@b.example' }, 'Mai')).toBe('Plant manager · Meridian Ports · a@b.example');
});
