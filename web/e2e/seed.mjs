// Invented companies, people and deals, written through the REST interface as any program would.
let seed = 20261125;
const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
const one = (list) => list[Math.floor(random() * list.length)];
const day = (offset) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);
const instant = (offset) => new Date(Date.now() + offset * 864e5).toISOString().replace(/\.\d+/, '');

const companies = ['Phú Mỹ Hydropower', 'Meridian Ports', 'Bluewater Cold Chain', 'Mekong Delta Foods', 'Lạc Hồng Pharma', 'Tân Việt Steel', 'Kestrel Packaging', 'Trường Sơn Cement', 'Harbourline Shipping', 'Saigon Precision', 'Hạ Long Glass', 'Sông Hồng Logistics', 'Đông Á Textiles', 'Verdant Agri', 'Nam Hải Cables', 'Orchard & Vale'];
const things = ['Governor spare parts frame', 'Quay crane drives', 'Ammonia compressor set', 'Pasteuriser line upgrade', 'Clean-room HVAC control', 'Descaling pumps, 4 units', 'Vacuum pumps, phase 1', 'Kiln fan retrofit, line 2', 'Ballast valves, two vessels', 'Coolant filtration', 'Furnace monitoring', 'Dock levellers, 12 bays', 'Spare seals, annual', 'Steam trap survey and kit', 'Agitator gearboxes', 'Level transmitters', 'Valve actuators, 20 units', 'Air dryer replacement', 'Cold room controls', 'Boiler blowdown kit'];
const people = [['Trần Minh Khôi', 'khoi'], ['Lê Bảo Ngọc', 'ngoc'], ['Đặng Thùy Linh', 'linh'], ['Phạm Quốc Huy', 'huy'], ['Daniel Okafor', 'daniel'], ['Sarah Whitfield', 'sarah']];
const buyers = [['Võ', 'Thị Kim Anh'], ['Hoàng', 'Đức Thịnh'], ['Feld', 'Marcus'], ['Trịnh', 'Mỹ Duyên']];

export async function sow(call, { opportunities = 120 } = {}) {
  const bulk = async (plural, records) => {
    const ids = [];
    for (let from = 0; from < records.length; from += 200) {
      const answer = await call('POST', `/${plural}/bulk`, { operation: 'create', records: records.slice(from, from + 200) });
      for (const result of answer.results) {
        if (result.status >= 300) throw new Error(`${plural}: ${JSON.stringify(result.errors)}`);
        ids.push(result.id);
      }
    }
    return ids;
  };
  const all = async (plural) => (await call('GET', `/${plural}?limit=200`)).data;
  const roles = await all('roles');
  const rep = roles.find(({ code, name }) => code === 'rep' || /rep/i.test(name))?.id;
  const users = [];
  for (const [name, mail] of people) users.push((await call('POST', '/users', { name, email: `${mail}@lamson.example`, role: rep })).id);
  const stages = (await all('stages')).sort((a, b) => a.position - b.position);
  const regions = await bulk('regions', ['North', 'Central', 'South'].map((name) => ({ name })));
  const industries = await all('industries');
  const accounts = await bulk('accounts', companies.map((name) => ({ name, owner: one(users), region: one(regions), ...(industries.length ? { industry: one(industries).id } : {}), city: one(['Hải Phòng', 'Đà Nẵng', 'Cần Thơ']), phone: '+84 28 3822 1100', employees: Math.round(random() * 900) })));
  const contacts = await bulk('contacts', accounts.flatMap((account) => buyers.slice(0, 2).map(([family_name, given_name]) => ({ family_name, given_name, family_name_first: true, account, job_title: one(['Plant director', 'Finance', 'Group purchasing']), email: `${given_name.length}${account}@example.com` }))));
  const deals = await bulk('opportunities', Array.from({ length: opportunities }, (_, at) => ({
    name: at < things.length ? things[at] : `${one(things)} ${1 + (at % 9)}`, account: one(accounts), contact: one(contacts), owner: one(users),
    stage: one(stages.filter(({ kind }) => kind === 'open')).id, amount: { amount: String(Math.round(10 ** (7.7 + random() * 2.1) / 1e6) * 1_000_000), currency: 'VND' },
    close_date: day(Math.round(random() * 100 - 8)), next_step: one(['Site visit', 'Sign-off call', null, 'Revised quote']), type: one(['new', 'expansion', 'renewal']),
  })));
  // Some are closed, so that figures have something to tell.
  const end = (kind) => stages.find((stage) => stage.kind === kind).id;
  const reasons = await all('lost_reasons');
  for (const [at, id] of deals.slice(-30).entries()) {
    await call('POST', `/opportunities/${id}/actions/move_to_stage`, at % 3 === 0 ? { stage: end('lost'), lost_reason: one(reasons).id } : { stage: end('won') }, { 'If-Match': '*' });
  }
  await bulk('activities', deals.slice(0, 30).flatMap((opportunity, at) => [1.1, -0.2, -1.4, -9].map((offset, turn) => ({
    kind: ['meeting', 'email', 'call', 'note'][turn], subject: ['Site visit, compressor hall', 'Revised layout and noise figures', 'Budget confirmed for this quarter', 'Quote 2 sent'][turn], at: instant(offset), opportunity, owner: users[at % users.length],
    ...(turn === 1 ? { body: 'The 250 kW layout fits the hall. Confirm 78 dB at one metre; the insurer asks for it in writing before the visit.' } : {}),
  }))));
  await bulk('tasks', deals.slice(0, 12).map((opportunity) => ({ subject: one(['Send the offer', 'Call purchasing']), opportunity, owner: one(users) })));
  await call('POST', '/views', { name: 'Đang mở', entity: 'opportunity', audience: 'everyone', is_default: true, definition: JSON.stringify({ filter: 'stage.kind = "open"', sort: '-amount' }) });
  return { accounts, contacts, deals, users, stages };
}

// A caller with a session of its own: set-up first, then with its cookie and token.
export async function visitor(address) {
  let cookie = '';
  let csrf = '';
  const call = async (method, path, body, headers = {}) => {
    const response = await fetch(`${address}/api/v1${path}`, {
      method, headers: { 'Content-Type': 'application/json', ...(cookie ? { Cookie: cookie } : {}), ...(csrf ? { 'X-CSRF-Token': csrf } : {}), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const set = response.headers.get('set-cookie');
    if (set) cookie = set.split(';')[0];
    const text = await response.text();
    const answer = text ? JSON.parse(text) : undefined;
    if (!response.ok && response.status !== 207) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 600)}`);
    if (answer?.csrf) csrf = answer.csrf;
    return answer;
  };
  return { call };
}
