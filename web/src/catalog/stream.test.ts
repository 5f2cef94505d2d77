import { describe, expect, it } from 'vitest';
import { backOff, FrameReader, Gathering, type Frame } from './stream';

const change = (seq: number, entity: string, id: string, kind = 'update'): Frame => ({ is: 'change', seq, told: { seq, entity, id, kind } });

describe('The stream of events', () => {
  it('is read though it comes in pieces that end anywhere', () => {
    const whole = 'retry: 2000\nid: 7\nevent: hello\ndata: {"seq":7}\n\n: still here\n\nid: 8\ndata: {"seq":8,"entity":"account","id":"385","kind":"create"}\n\nid: 9\nevent: reload\ndata: {"seq":9,"entities":["task"]}\n\n';
    for (const size of [1, 7, 30, 1000]) {
      const reader = new FrameReader();
      const frames: Frame[] = [];
      for (let at = 0; at < whole.length; at += size) frames.push(...reader.read(whole.slice(at, at + size)));
      expect(frames).toEqual([{ is: 'hello', seq: 7 }, change(8, 'account', '385', 'create'), { is: 'reload', seq: 9, entities: ['task'] }]);
    }
  });
  it('passes over what it does not know', () => {
    expect(new FrameReader().read('event: later\ndata: {"seq":1}\n\ndata: not json\n\ndata: {"seq":2,"entity":"task","id":"1","kind":"update"}\n\n')).toEqual([change(2, 'task', '1')]);
  });
  it('takes a reload without kinds for one of everything', () => {
    expect(new FrameReader().read('event: reload\ndata: {"seq":3}\n\n')).toEqual([{ is: 'reload', seq: 3, entities: null }]);
  });
});

describe('Gathered news', () => {
  it('has each record once, with its newest change', () => {
    const gathering = new Gathering(() => 0);
    gathering.add(change(1, 'account', 'a', 'create'));
    gathering.add(change(2, 'account', 'a'));
    gathering.add(change(3, 'task', 'b'));
    const news = gathering.take();
    expect([...news.kinds.get('account')!.values()].map(({ seq }) => seq)).toEqual([2]);
    expect(news.kinds.get('task')!.size).toBe(1);
    expect(gathering.some).toBe(false);
  });
  it('does not count the records of a crowd, and leaves the other kinds alone', () => {
    const gathering = new Gathering(() => 0);
    for (let at = 0; at < 5_000; at += 1) gathering.add(change(at, 'account', String(at)));
    gathering.add(change(6_000, 'task', 'b'));
    const news = gathering.take();
    expect(news.kinds.get('account')).toBe(null);
    expect(news.kinds.get('task')!.size).toBe(1);
  });
  it('comes soon after one change and ever more seldom while crowds come', () => {
    const gathering = new Gathering(() => 0);
    gathering.add(change(1, 'account', 'a'));
    expect(gathering.wait()).toBeLessThan(500);
    gathering.take();
    const waits = [];
    for (let turn = 0; turn < 6; turn += 1) {
      gathering.add({ is: 'reload', seq: turn, entities: ['account'] });
      waits.push(gathering.wait());
      gathering.take();
    }
    expect(waits[0]).toBeGreaterThan(1_000);
    expect(waits.at(-1)).toBe(10_000);
    gathering.rest();
    gathering.add(change(9, 'account', 'a'));
    expect(gathering.wait()).toBeLessThan(500);
  });
});

describe('Connecting again', () => {
  it('waits longer each time, half a minute at most, and differently for each', () => {
    expect(backOff(1, 0)).toBe(500);
    expect(backOff(1, 1)).toBe(1_000);
    expect(backOff(4, 1)).toBe(8_000);
    expect(backOff(50, 1)).toBe(30_000);
  });
});
