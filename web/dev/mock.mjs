// A server for work on the interface: answers the REST contract from memory with invented records.
// `npm run mock`, then `npm run dev`. It checks no rights and keeps nothing.
import { createServer } from 'node:http';
import { entities } from './declared.mjs';
import { compile, plain } from './formula.mjs';
import { invent } from './invented.mjs';

const kinds = entities(process.env.FAIRLEAD_MODULES ?? new URL('../../src/modules', import.meta.url).pathname);
const company = { name: 'Lam Sơn Industrial', currency: 'VND', zone: 'Asia/Ho_Chi_Minh' };
const tables = Object.fromEntries(kinds.map((kind) => [kind.plural, new Map()]));
const history = new Map();
const batches = new Map();
let sequence = 9000;
let setUp = process.argv.includes('--set-up');
let signedIn = !process.argv.includes('--signed-out') && !setUp;
let clock = Date.now();

const kindOf = (name) => kinds.find((kind) => kind.name === name);
const tableOf = (name) => tables[kindOf(name)?.plural];
const titleOf = (kind, record) => String(record[kind.title] ?? record.id);

function walk(record, kind, path) {
  let [current, of] = [record, kind];
  for (const name of path.split('.')) {
    const declared = of?.fields.find((field) => field.name === name);
    if (!declared) throw Object.assign(new Error(`There is no field ${name}`), { code: 'unknown_field' });
    const value = current?.[name] ?? null;
    if (declared.type !== 'reference') return value;
    of = kindOf(declared.target);
    current = value ? tableOf(declared.target)?.get(value.id) ?? null : null;
    if (path.endsWith(name)) return value;
  }
  return null;
}

function derive(kind, record) {
  if (kind.name === 'opportunity') {
    const stage = record.stage && tables.stages.get(record.stage.id);
    record.is_open = stage?.kind === 'open' || stage?.kind === 'on_hold';
    record.weighted_amount = record.amount && { ...record.amount, amount: String(Math.round(Number(record.amount.amount) * Number(record.probability ?? 0))) };
    record.is_overdue = record.is_open && record.close_date < new Date(clock).toISOString().slice(0, 10);
    record.is_stale = record.is_open && Boolean(stage.stale_days) && clock - Date.parse(record.stage_since) > stage.stale_days * 864e5;
  }
  if (kind.name === 'contact') record.name = record.family_name_first ? `${record.family_name} ${record.given_name}` : `${record.given_name} ${record.family_name ?? ''}`.trim();
  return record;
}

function take(kind, values) {
  const taken = {};
  for (const [name, value] of Object.entries(values)) {
    const field = kind.fields.find((one) => one.name === name);
    if (!field) throw refusal(422, 'unknown_field', [{ pointer: `/${name}`, code: 'unknown_field', message: `There is no field ${name}` }]);
    if (value === '' || value === null || value === undefined) taken[name] = null;
    else if (field.type === 'reference') {
      const id = String(value.id ?? value);
      const target = tableOf(field.target)?.get(id);
      if (!target) throw refusal(422, 'invalid', [{ pointer: `/${name}`, code: 'unknown_reference', message: `${field.label}: there is no such record` }]);
      taken[name] = { id, title: titleOf(kindOf(field.target), target) };
    } else if (field.type === 'money') {
      const given = value.amount !== undefined ? value : { amount: String(value), currency: company.currency };
      if (name === 'amount' && Number(given.amount) < 0) throw refusal(422, 'invalid', [{ pointer: '/amount', code: 'amount_not_negative', message: 'The amount is negative' }]);
      taken[name] = given;
    } else taken[name] = value;
  }
  return taken;
}

const refusal = (status, code, errors = [], more = {}) => Object.assign(new Error(code), { problem: { type: `about:${code}`, title: code, status, code, detail: errors[0]?.message ?? code, errors, ...more } });

function log(kind, record, kindOfEntry, before, after, batch) {
  const names = Object.keys(after).filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name]));
  const entry = { seq: (sequence += 1), recorded_at: new Date().toISOString(), effective_at: new Date().toISOString(), actor: { id: '101', title: 'Nguyễn Thu Hà' }, kind: kindOfEntry, batch, fields: names.map((name) => ({ name, before: before[name] ?? null, after: after[name] })) };
  const key = `${kind.name}/${record.id}`;
  history.set(key, [entry, ...(history.get(key) ?? [])]);
}

function write(kind, record, values, batch) {
  const before = { ...record };
  const after = take(kind, values);
  Object.assign(record, after, { version: record.version + 1, updated_at: new Date().toISOString() });
  if (after.stage) Object.assign(record, { stage_since: new Date().toISOString(), probability: tables.stages.get(after.stage.id)?.probability ?? record.probability });
  derive(kind, record);
  log(kind, record, 'update', before, after, batch);
}

function add(kind, values) {
  const record = { id: String((sequence += 1)), version: 1, created_at: new Date().toISOString(), updated_at: new Date().toISOString(), created_by: { id: '101', title: 'Nguyễn Thu Hà' } };
  for (const field of kind.fields) if (!(field.name in record) && !field.many) record[field.name] = null;
  const owner = kind.fields.find((field) => field.meaning === 'owner');
  const taken = take(kind, { ...(owner ? { [owner.name]: '101' } : {}), ...values });
  const missing = kind.fields.filter((field) => field.required && !field.read_only && (taken[field.name] ?? null) === null && field.type !== 'instant' && field.type !== 'choice');
  if (missing.length) throw refusal(422, 'invalid', missing.map((field) => ({ pointer: `/${field.name}`, code: 'required', message: `${field.label} is required` })));
  Object.assign(record, taken);
  if (kind.name === 'opportunity' && !record.stage) Object.assign(record, { stage: first('stages'), pipeline: first('pipelines'), stage_since: record.created_at, probability: '0.1' });
  if (kind.name === 'activity') { record.at ??= record.created_at; record.kind ??= 'note'; }
  tables[kind.plural].set(record.id, derive(kind, record));
  log(kind, record, 'create', {}, taken);
  return record;
}
const first = (plural) => { const record = [...tables[plural].values()][0]; return { id: record.id, title: record.name }; };

function select(kind, asked) {
  const test = asked.filter ? compile(asked.filter) : () => true;
  const wanted = (asked.search ?? '').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const rows = [...tables[kind.plural].values()].filter((record) => {
    if (Boolean(record.deleted_at) !== (asked.bin === 'true' || asked.bin === true)) return false;
    if (wanted && !kind.fields.some((field) => field.search && String(record[field.name] ?? '').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().includes(wanted))) return false;
    return test({ walk: (path) => walk(record, kind, path) });
  });
  for (const part of (asked.sort || 'id').split(',').reverse()) {
    const [name, by] = part.startsWith('-') ? [part.slice(1), -1] : [part, 1];
    const key = (record) => { const value = record[name]; return value && typeof value === 'object' && value.title !== undefined ? value.title : plain(value); };
    rows.sort((a, b) => { const [x, y] = [key(a), key(b)]; if (x === y) return 0; if (x === null) return 1; if (y === null) return -1; return (isNaN(x) || isNaN(y) ? String(x).localeCompare(String(y), 'vi') : x - y) * by; });
  }
  return rows;
}

function aggregate(rows, text) {
  const [, name, of] = /^(\w+)\((.*)\)$/.exec(text);
  if (name === 'count') return rows.length;
  const values = rows.map((row) => row[of]).filter((value) => value !== null && value !== undefined);
  const numbers = values.map((value) => Number(plain(value)));
  const total = numbers.reduce((sum, value) => sum + value, 0);
  const result = { sum: total, avg: numbers.length ? total / numbers.length : null, min: Math.min(...numbers), max: Math.max(...numbers), count_distinct: new Set(values.map((value) => JSON.stringify(value))).size }[name];
  if (result === null || !numbers.length) return null;
  return values[0]?.currency ? { amount: String(Math.round(result)), currency: values[0].currency } : String(result);
}

const answers = {
  'GET /set-up': () => ({ needed: setUp, version: '0.1', company: setUp ? '' : company.name }),
  'POST /set-up': () => { setUp = false; signedIn = true; return session(); },
  'GET /session': () => { if (!signedIn) throw refusal(401, 'not_signed_in'); return session(); },
  'POST /session': (_, body) => { if (body.password !== 'fairlead') throw refusal(401, 'wrong_sign_in', [{ code: 'wrong_sign_in', message: 'Email or password is wrong' }]); signedIn = true; return session(); },
  'DELETE /session': () => { signedIn = false; return null; },
  'GET /catalog': (_, __, language) => ({ version: '1', currency: company.currency, language, company: company.name, zone: company.zone, fiscal_year_start_month: 1, user: session().user, entities: kinds }),
  'GET /search': (query) => ({ data: ['opportunity', 'account', 'contact'].flatMap((name) => select(kindOf(name), { search: query.q }).slice(0, 5).map((record) => ({ entity: name, id: record.id, title: titleOf(kindOf(name), record), detail: record.account?.title ?? record.city ?? '' }))) }),
  'POST /formula/check': (_, body) => { try { compile(body.formula); return { valid: true, type: 'boolean', errors: [], fields: [] }; } catch (fault) { return { valid: false, errors: [{ begin: 0, end: body.formula.length, code: 'syntax', message: fault.message }] }; } },
  'GET /views': (query) => ({ data: [...tables.saved_views.values()].filter((view) => view.entity === query.entity) }),
  'GET /figures': () => ({ data: [] }),
};
const session = () => ({ user: { id: '101', name: 'Nguyễn Thu Hà', email: 'ha.nguyen@lamson.example', administrator: true }, csrf: 'mock' });

function offered(kind, record) {
  const open = record.is_open;
  return kind.actions.map((action) => ({ ...action, allowed: action.name === 'reopen' ? !open : ['win', 'lose'].includes(action.name) ? open : true }));
}

function act(kind, record, name, body) {
  const stages = [...tables.stages.values()];
  const to = { win: 'won', lose: 'lost', reopen: 'open' }[name];
  const stage = name === 'move_to_stage' ? String(body.stage?.id ?? body.stage) : to && stages.find((one) => one.kind === to).id;
  if (name === 'lose' && !body.lost_reason) throw refusal(422, 'invalid', [{ pointer: '/lost_reason', code: 'required', message: 'Reason lost is required' }]);
  if (stage) write(kind, record, { stage, ...(body.lost_reason ? { lost_reason: body.lost_reason } : {}) });
  return record;
}

function records(kind, method, id, rest, query, body, headers) {
  const table = tables[kind.plural];
  if (!id && method === 'GET') {
    const rows = select(kind, query), from = Number(query.cursor || 0), limit = Number(query.limit || 50);
    const more = from + limit < rows.length;
    return { data: rows.slice(from, from + limit), page: { next: more ? String(from + limit) : null, prev: null, has_more: more, count: query.count === 'none' ? null : rows.length } };
  }
  if (!id) return { status: 201, body: add(kind, body) };
  if (id === 'query') {
    const rows = select(kind, body), groups = new Map();
    for (const row of rows) {
      const key = JSON.stringify((body.group ?? []).map((name) => walk(row, kind, name)));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    if (!groups.size && !(body.group ?? []).length) groups.set('[]', []);
    return { groups: [...groups].map(([key, of]) => ({ ...Object.fromEntries((body.group ?? []).map((name, at) => [name, JSON.parse(key)[at]])), ...Object.fromEntries((body.aggregate ?? []).map((text) => [text, aggregate(of, text)])) })) };
  }
  if (id === 'bulk') {
    const dry = query.dry_run === 'true', batch = String((sequence += 1));
    const rows = body.filter !== undefined ? select(kind, body).map((row) => ({ id: row.id, ...body.set })) : body.records;
    const undo = [];
    const results = rows.map((row, index) => {
      const { id: one, ...values } = row, record = table.get(String(one));
      try {
        if (body.operation === 'delete') { if (!dry) { record.deleted_at = new Date().toISOString(); undo.push(() => (record.deleted_at = null)); } }
        else { const before = Object.fromEntries(Object.keys(values).map((name) => [name, record[name]])); if (dry) take(kind, values); else { write(kind, record, values, batch); undo.push(() => write(kind, record, before)); } }
        return { index, id: one, status: 200 };
      } catch (fault) { return { index, id: one, status: 422, errors: fault.problem?.errors }; }
    });
    batches.set(batch, undo);
    const done = results.filter((result) => result.status < 300).length;
    return { status: 207, body: { batch, results, done, refused: results.length - done } };
  }
  if (id === 'export') return { text: '\ufeff' + select(kind, query).map((row) => titleOf(kind, row)).join('\n') };
  const record = table.get(id);
  if (!record || (record.deleted_at && rest[0] !== 'restore' && method !== 'GET')) throw refusal(404, 'absent');
  const stale = () => { const wanted = headers['if-match']; if (!wanted) throw refusal(428, 'if_match_required'); if (wanted !== '*' && wanted !== `"${record.version}"`) throw refusal(412, 'stale', [], { current: record }); };
  if (rest[0] === 'history') return { data: history.get(`${kind.name}/${id}`) ?? [], next: null };
  if (rest[0] === 'restore') { record.deleted_at = null; return record; }
  if (rest[0] === 'merge') { const loser = table.get(String(body.loser)); for (const [name, side] of Object.entries(body.take ?? {})) if (side === 'loser') record[name] = loser[name]; loser.deleted_at = new Date().toISOString(); record.version += 1; return record; }
  if (rest[0] === 'why') return { grants: [] };
  if (rest[0] === 'actions') { stale(); return { ...act(kind, record, rest[1], body), _actions: offered(kind, record), _may: { update: true, remove: true } }; }
  if (method === 'GET') return { ...record, _actions: offered(kind, record), _may: { update: true, remove: true } };
  stale();
  if (method === 'DELETE') { record.deleted_at = new Date().toISOString(); return null; }
  write(kind, record, body);
  return { ...record, _actions: offered(kind, record), _may: { update: true, remove: true } };
}

function answer(method, path, query, body, headers) {
  const language = headers['accept-language'] ?? 'en';
  const direct = answers[`${method} ${path}`];
  if (direct) return direct(query, body, language);
  if (!signedIn) throw refusal(401, 'not_signed_in');
  const [plural, id, ...rest] = path.split('/').filter(Boolean);
  if (plural === 'views') return method === 'DELETE' ? (tables.saved_views.delete(id), null) : id ? (Object.assign(tables.saved_views.get(id), body), tables.saved_views.get(id)) : add(kindOf('saved_view'), body);
  if (plural === 'batches') { const steps = batches.get(id) ?? []; steps.reverse().forEach((step) => step()); batches.delete(id); return { undone: steps.length, left: [] }; }
  if (plural === 'board') {
    const stages = [...tables.stages.values()].sort((a, b) => a.position - b.position);
    const cell = (rows) => ({ count: rows.length, sum: aggregate(rows, 'sum(amount)'), weighted: aggregate(rows, 'sum(weighted_amount)') });
    const rows = select(kindOf('opportunity'), query);
    return { pipeline: first('pipelines'), stages: stages.map((stage) => ({ id: stage.id, name: stage.name, kind: stage.kind, probability: stage.probability, ...cell(rows.filter((row) => row.stage?.id === stage.id)) })), total: cell(rows.filter((row) => row.is_open)) };
  }
  const kind = kinds.find((one) => one.plural === plural);
  if (!kind) throw refusal(404, 'absent');
  return records(kind, method, id, rest, query, body, headers);
}

invent({ kinds, tables, add: (name, values) => add(kindOf(name), values), derive: (name, record) => derive(kindOf(name), record) });
createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    clock = Date.now();
    const url = new URL(request.url, 'http://mock');
    const text = Buffer.concat(chunks).toString('utf8');
    let [status, body, type] = [200, null, 'application/json'];
    try {
      const result = answer(request.method, decodeURIComponent(url.pathname.replace('/api/v1', '')), Object.fromEntries(url.searchParams), text ? JSON.parse(text) : {}, request.headers);
      if (result?.status && result.body) [status, body] = [result.status, result.body];
      else if (result?.text) return response.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="export.csv"' }).end(result.text);
      else if (result === null) status = 204;
      else body = result;
    } catch (fault) {
      const problem = fault.problem ?? { title: 'invalid', status: 422, code: fault.code ?? 'syntax', detail: fault.message };
      [status, body, type] = [problem.status, problem, 'application/problem+json'];
    }
    response.writeHead(status, { 'content-type': type, ...(body?.version ? { etag: `"${body.version}"` } : {}) }).end(body === null ? undefined : JSON.stringify(body));
  });
}).listen(Number(process.env.PORT ?? 8090), '127.0.0.1', () => console.log(`mock on ${process.env.PORT ?? 8090}: ${kinds.length} kinds of records`));
