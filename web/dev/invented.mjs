// Invented companies, people and deals for the mock server; always the same ones.
let seed = 20261125;
const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
const one = (list) => list[Math.floor(random() * list.length)];
const day = (offset) => new Date(Date.now() + offset * 864e5).toISOString().slice(0, 10);
const instant = (offset) => new Date(Date.now() + offset * 864e5).toISOString();

const companies = ['Phú Mỹ Hydropower', 'Meridian Ports', 'Bluewater Cold Chain', 'Mekong Delta Foods', 'Lạc Hồng Pharma', 'Tân Việt Steel', 'Kestrel Packaging', 'Trường Sơn Cement', 'Harbourline Shipping', 'Saigon Precision', 'Hạ Long Glass', 'Sông Hồng Logistics', 'Đông Á Textiles', 'Verdant Agri', 'Nam Hải Cables', 'Orchard & Vale', 'Pacific Rim Tyres', 'An Bình Ceramics', 'Thiên Long Packaging', 'Cửu Long Seafood'];
const things = ['Governor spare parts frame', 'Quay crane drives', 'Ammonia compressor set', 'Pasteuriser line upgrade', 'Clean-room HVAC control', 'Descaling pumps, 4 units', 'Vacuum pumps, phase 1', 'Kiln fan retrofit, line 2', 'Ballast valves, two vessels', 'Coolant filtration', 'Furnace monitoring', 'Dock levellers, 12 bays', 'Spare seals, annual', 'Steam trap survey and kit', 'Agitator gearboxes', 'Level transmitters', 'Valve actuators, 20 units', 'Air dryer replacement', 'Cold room controls', 'Boiler blowdown kit', 'Packing hall sensors', 'Heat exchanger plates', 'Extruder drives, 6 units', 'Mixing room dosing'];
const people = ['Nguyễn Thu Hà', 'Trần Minh Khôi', 'Lê Bảo Ngọc', 'Đặng Thùy Linh', 'Phạm Quốc Huy', 'Daniel Okafor', 'Sarah Whitfield'];
const buyers = [['Võ', 'Thị Kim Anh'], ['Hoàng', 'Đức Thịnh'], ['Feld', 'Marcus'], ['Trịnh', 'Mỹ Duyên'], ['Ngô', 'Bích Vân'], ['Bùi', 'Anh Tuấn'], ['Đỗ', 'Quang Minh']];
const stages = [['Qualify', 'open', 0.1], ['Discover', 'open', 0.25], ['Propose', 'open', 0.45], ['Negotiate', 'open', 0.65], ['Contract', 'open', 0.85], ['Won', 'won', 1], ['Lost', 'lost', 0]];

export function invent({ tables, add, derive }) {
  people.forEach((name, index) => {
    const id = String(101 + index);
    tables.users.set(id, { id, version: 1, name, email: `${name.split(' ').at(-1).normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace('Đ', 'D').toLowerCase()}@lamson.example`, created_at: instant(-400), updated_at: instant(-20), active: true });
  });
  const named = (kind, names, more = () => ({})) => names.map((name, index) => add(kind, { name, ...more(index) }).id);
  const industries = named('industry', ['Ports and shipping', 'Food and beverage', 'Packaging', 'Pharma', 'Steel and cement', 'Energy']);
  const regions = named('region', ['North', 'Central', 'South']);
  const teams = named('team', ['North', 'South']);
  const products = named('product', ['Screw compressor, 250 kW', 'Control panel', 'Commissioning', 'Valve actuator'], () => ({ price: { amount: String(Math.round(random() * 900) * 1_000_000), currency: 'VND' }, active: true }));
  named('lost_reason', ['Price', 'No budget', 'Competitor', 'No decision'], (index) => ({ active: true, position: index + 1 }));
  named('lead_source', ['Website', 'Fair', 'Referral', 'Partner']);
  const pipeline = add('pipeline', { name: 'Equipment', code: 'equipment', state: 'active' }).id;
  const steps = stages.map(([name, kind, probability], index) => add('stage', { name, kind, pipeline, position: index + 1, probability: String(probability), stale_days: kind === 'open' ? 30 : null }).id);
  const owner = () => String(101 + Math.floor(random() * people.length));
  const accounts = companies.map((name) => add('account', { name, industry: one(industries), region: one(regions), owner: owner(), city: one(['Hải Phòng', 'Đà Nẵng', 'Cần Thơ', 'Hà Nội', 'Biên Hòa']), phone: `+84 28 38${Math.floor(random() * 1e6)}`, tier: one(['strategic', 'key', 'standard', 'small']), employees: Math.round(random() * 2000) }).id);
  const contacts = accounts.flatMap((account) => buyers.slice(0, 2 + Math.floor(random() * 4)).map(([family, given]) => add('contact', { given_name: given, family_name: family, family_name_first: family !== 'Feld', account, job_title: one(['Plant director', 'Maintenance lead', 'Group purchasing', 'Finance']), email: `${given.split(' ').at(-1).normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()}@example.com`, owner: owner() }).id));
  for (let index = 0; index < 412; index += 1) {
    const stage = Math.min(6, Math.floor(random() * 8));
    const amount = Math.round(10 ** (7.7 + random() * 2.1) / 1e6) * 1_000_000;
    const record = add('opportunity', { name: index < things.length ? things[index] : `${one(things)} ${1 + (index % 9)}`, account: one(accounts), contact: one(contacts), owner: owner(), team: one(teams), stage: steps[stage], pipeline, amount: { amount: String(amount), currency: 'VND' }, close_date: day(Math.round(random() * 120 - 20)), probability: String(stages[stage][2]), forecast_category: one(['pipeline', 'best_case', 'commit']), product: one(products), next_step: one(['Price review with buyer', 'Sign-off call', 'Site visit', null, 'Technical workshop', 'Revised quote', 'Credit check']), source: null, type: one(['new', 'expansion', 'renewal']) });
    Object.assign(record, { stage_since: instant(-Math.round(random() * 50)), created_at: instant(-60 - random() * 100), opened_on: day(-90) });
    derive('opportunity', record);
    if (index < 60) for (let turn = 0; turn < 4; turn += 1) Object.assign(add('activity', { kind: one(['call', 'email', 'meeting', 'note']), subject: one(['Revised layout and noise figures', 'Budget confirmed for this quarter', 'Site visit, compressor hall', 'Quote 2 sent']), body: turn === 1 ? 'The 250 kW layout fits the hall. Confirm 78 dB at one metre; the insurer asks for it in writing before the visit.' : null, opportunity: record.id, owner: owner() }), { at: instant(turn === 0 ? 1.2 : -turn * 1.7 + 0.4) });
    if (index < 60) add('task', { subject: one(['Send the offer', 'Call purchasing', 'Check the margin']), opportunity: record.id, due_on: day(2), owner: owner() });
  }
  for (let index = 0; index < 30; index += 1) add('lead', { name: one(buyers).join(' '), company: one(companies), status: 'new', email: `lead${index}@example.com` });
  add('saved_view', { name: 'Closing this quarter', entity: 'opportunity', audience: 'everyone', is_default: true, definition: JSON.stringify({ filter: 'stage.kind = "open" AND close_date >= TODAY()', sort: '-amount' }), position: 1 });
  add('saved_view', { name: 'My deals', entity: 'opportunity', audience: 'private', definition: JSON.stringify({ filter: 'owner = CURRENT_USER() AND stage.kind = "open"', sort: 'close_date' }), position: 2 });
}
