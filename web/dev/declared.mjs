// Reads the kinds of records out of the modules' declarations, for the mock server: the catalogue is then the real one.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const files = (folder) =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : name.endsWith('.h') ? [path] : [];
  });

const types = ['boolean', 'whole', 'decimal', 'percent', 'money', 'text', 'date', 'instant', 'duration', 'choice', 'reference'];

export function entities(root) {
  const found = [];
  for (const path of files(root)) {
    const source = readFileSync(path, 'utf8');
    const choices = {};
    for (const [, name, body] of source.matchAll(/Choice (\w+)\[\] = \{([\s\S]*?)\};/g))
      choices[name] = [...body.matchAll(/\{"([^"]*)", "([^"]*)"\}/g)].map(([, value, label]) => ({ value, label }));
    const fields = {};
    for (const [, name, body] of source.matchAll(/Field (\w+)\[\] = \{([\s\S]*?)\n\};/g)) fields[name] = body.split('\n').flatMap((line) => field(line, choices));
    const actions = {};
    for (const [, name, body] of source.matchAll(/Action (\w+)\[\] = \{([\s\S]*?)\n\};/g))
      actions[name] = [...body.matchAll(/\{"(\w+)", "([^"]*)", &\w+, (\w+|\{\})/g)].map(([, action, label]) => ({ name: action, label, parameters: [] }));
    for (const [, body] of source.matchAll(/Entity \w+\{([\s\S]*?)\n\};/g)) {
      const text = (key) => new RegExp(`\\.${key} = "([^"]*)"`).exec(body)?.[1] ?? '';
      const word = (key) => new RegExp(`\\.${key} = (\\w+)`).exec(body)?.[1];
      found.push({
        name: text('name'), plural: text('plural'), label: text('label'), label_plural: text('label_plural'), title: text('title'),
        icon: text('icon'), help: text('help'), big: word('big') === 'true', module: path.split('/').at(-2),
        may: { create: true, read: true, update: true, remove: true, export: true, bulk: true, import: true },
        fields: [...system(), ...(fields[word('fields')] ?? [])], actions: actions[word('actions')] ?? [],
      });
    }
  }
  return found;
}

function field(line, choices) {
  const head = /^\s*(\w+)\("(\w+)", "([^"]*)"(?:, (?:Type::)?("?\w+"?))?(?:, ("[^"]*"))?/.exec(line);
  if (!head) return [];
  const [, kind, name, label, third, fourth] = head;
  const bare = (text) => text?.replaceAll('"', '');
  const on = (key) => new RegExp(`\\.${key} = true`).test(line);
  const made = {
    name, label, type: kind, access: 'write', help: /\.help = "([^"]*)"/.exec(line)?.[1], required: on('required'), read_only: on('read_only'),
    search: on('search'), list: on('list'), dimension: on('dimension'), measure: on('measure'), long_text: on('long_text'),
    meaning: /Meaning::(\w+)/.exec(line)?.[1], changed_by: /\.changed_by = "(\w+)"/.exec(line)?.[1],
  };
  if (kind === 'reference') made.target = bare(third);
  if (kind === 'choice') made.choices = choices[third] ?? [];
  if (kind === 'computed') Object.assign(made, { type: third, computed: /Type::\w+, "(.*?)"(, \{|\))/.exec(line)?.[1] ?? true, read_only: true });
  if (kind === 'many') Object.assign(made, { type: 'list', many: true, target: bare(third), back: bare(fourth) });
  return types.includes(made.type) || made.many ? [made] : [];
}

const system = () => [
  { name: 'id', label: 'Id', type: 'reference', system: true, read_only: true },
  { name: 'created_at', label: 'Created', type: 'instant', system: true, read_only: true },
  { name: 'created_by', label: 'Created by', type: 'reference', target: 'user', system: true, read_only: true },
  { name: 'updated_at', label: 'Changed', type: 'instant', system: true, read_only: true },
  { name: 'updated_by', label: 'Changed by', type: 'reference', target: 'user', system: true, read_only: true },
];
