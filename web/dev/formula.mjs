// The part of the formula language that filters of the interface use, for the mock server only.
export function compile(text) {
  const tokens = [...text.matchAll(/\s*("(?:[^"]|"")*"|\d+(?:\.\d+)?|[A-Za-z_][\w.]*|<>|<=|>=|[()=<>,+\-*/&])/g)].map((found) => found[1]);
  let at = 0;
  const take = (wanted) => (tokens[at]?.toUpperCase() === wanted ? tokens[at++] : undefined);
  const or = () => {
    let left = and();
    while (take('OR')) { const a = left, b = and(); left = (row) => a(row) || b(row); }
    return left;
  };
  const and = () => {
    let left = not();
    while (take('AND')) { const a = left, b = not(); left = (row) => a(row) && b(row); }
    return left;
  };
  const not = () => {
    if (tokens[at]?.toUpperCase() === 'NOT' && tokens[at + 1] !== '(') { at += 1; const a = not(); return (row) => !a(row); }
    return compare();
  };
  const compare = () => {
    const a = sum();
    const sign = ['=', '<>', '<', '<=', '>', '>='].find((one) => tokens[at] === one);
    if (!sign) return a;
    at += 1;
    const b = sum();
    return (row) => {
      const [x, y] = [plain(a(row)), plain(b(row))];
      const order = x === y ? 0 : x === null ? -1 : y === null ? 1 : !isNaN(x) && !isNaN(y) && x !== '' && y !== '' ? Number(x) - Number(y) : String(x).localeCompare(String(y));
      return { '=': order === 0, '<>': order !== 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[sign];
    };
  };
  const sum = () => {
    let left = leaf();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const by = tokens[at++] === '+' ? 1 : -1, a = left, b = leaf();
      left = (row) => (/^\d{4}-/.test(a(row)) ? shift(a(row), by * Number(b(row))) : Number(plain(a(row)) ?? 0) + by * Number(plain(b(row)) ?? 0));
    }
    return left;
  };
  const leaf = () => {
    const token = tokens[at++];
    if (token === undefined) throw new Error('The formula ends too early');
    if (token === '(') { const inside = or(); if (!take(')')) throw new Error('A bracket is not closed'); return inside; }
    if (token === '-') { const a = leaf(); return (row) => -Number(a(row)); }
    if (token.startsWith('"')) return () => token.slice(1, -1).replaceAll('""', '"');
    if (/^\d/.test(token)) return () => token;
    if (tokens[at] === '(') {
      at += 1;
      const given = [];
      while (!take(')')) { given.push(or()); take(','); if (at > tokens.length) throw new Error('A bracket is not closed'); }
      return call(token.toUpperCase(), given);
    }
    if (/^(true|false)$/i.test(token)) return () => /true/i.test(token);
    return (row) => row.walk(token);
  };
  const result = or();
  if (at < tokens.length) throw new Error(`Not understood: ${tokens[at]}`);
  return result;
}

export const plain = (value) => (value === undefined ? null : value && typeof value === 'object' ? (value.amount ?? value.id ?? null) : value);
const shift = (date, days) => new Date(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) + days * 864e5).toISOString().slice(0, 10);
const today = () => new Date().toISOString().slice(0, 10);
const fold = (text) => String(text ?? '').normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();

function call(name, given) {
  const values = (row) => given.map((one) => one(row));
  const functions = {
    AND: (row) => given.every((one) => one(row)),
    OR: (row) => given.some((one) => one(row)),
    NOT: (row) => !given[0](row),
    ISBLANK: (row) => plain(given[0](row)) === null || plain(given[0](row)) === '',
    CONTAINS: (row) => { const [a, b] = values(row); return fold(plain(a)).includes(fold(b)); },
    STARTS_WITH: (row) => { const [a, b] = values(row); return fold(plain(a)).startsWith(fold(b)); },
    TODAY: today,
    DATE: (row) => values(row).map((value, index) => String(value).padStart(index ? 2 : 4, '0')).join('-'),
    CURRENT_USER: () => '101',
  };
  if (!functions[name]) throw new Error(`There is no function ${name}`);
  return functions[name];
}
