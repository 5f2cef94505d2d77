// A field that nobody but administrators sees: hidden for each role, and shown again.
import { records } from '$/catalog/client';
import type { DataRecord, Reference } from '$/catalog/types';

export interface FieldLevels {
  // Roles whose rights are listed; administrators see everything.
  roles: string[];
  rules: DataRecord[];
}

type Field = { entity: string; name: string };
const roleOf = (rule: DataRecord) => (rule.role as Reference | null)?.id ?? '';

export async function readLevels(entity: string): Promise<FieldLevels> {
  const [roles, rules] = await Promise.all([
    records.all('roles', { filter: 'NOT administrator' }),
    records.all('field_permissions', { filter: `entity = "${entity}" AND LEFT(field, 2) = "x_"` }),
  ]);
  return { roles: roles.map((role) => role.id), rules };
}

const ruleOf = (levels: FieldLevels, field: Field, role: string) =>
  levels.rules.find((rule) => roleOf(rule) === role && rule.entity === field.entity && rule.field === field.name);

// How many roles see the field.
export const seenBy = (levels: FieldLevels, field: Field): number => levels.roles.filter((role) => ruleOf(levels, field, role)?.level !== 'hidden').length;

// Hides it from every role, or lets those it is hidden from see and change it again.
export async function setHidden(levels: FieldLevels, field: Field, hidden: boolean): Promise<void> {
  for (const role of levels.roles) {
    const rule = ruleOf(levels, field, role);
    if (hidden === (rule?.level === 'hidden')) continue;
    if (rule) await records.change('field_permissions', rule, { level: hidden ? 'hidden' : 'write' });
    else await records.create('field_permissions', { role, entity: field.entity, field: field.name, level: 'hidden' });
  }
}

// Puts the levels back as they were read.
export async function putBack(before: FieldLevels, field: Field): Promise<void> {
  const now = await readLevels(field.entity);
  for (const role of now.roles) {
    const [was, rule] = [ruleOf(before, field, role)?.level ?? 'write', ruleOf(now, field, role)];
    if (rule && rule.level !== was) await records.change('field_permissions', rule, { level: was });
  }
}
