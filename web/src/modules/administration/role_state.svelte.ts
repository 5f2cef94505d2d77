// One role being edited: what is saved, the draft beside it, and the writing of the differences.
import { records } from '$/catalog/client';
import type { DataRecord, Entity } from '$/catalog/types';
import { changes, fieldChanges, setAccess, setRight, type FieldAccess, type FieldRule, type Permission, type RightColumn, type Scope } from './rights';

const names = ['read', 'update', 'create', 'delete', 'export', 'bulk', 'import'];

// The rights are the choice fields of the permission's own declaration.
export function rightColumns(permission: Entity | undefined): RightColumn[] {
  return names.flatMap((name): RightColumn[] => {
    const field = permission?.fields.find((one) => one.name === name);
    if (!field) return [];
    const allowed = (field.choices ?? []).map((choice) => choice.value as Scope);
    return [{ name, kind: allowed.length === 2 ? 'switch' : 'scope', label: field.label, allowed }];
  });
}

export class RoleState {
  saved = $state.raw<Permission[]>([]);
  draft = $state.raw<Permission[]>([]);
  savedFields = $state.raw<FieldRule[]>([]);
  draftFields = $state.raw<FieldRule[]>([]);
  ready = $state(false);
  saving = $state(false);

  constructor(readonly rights: RightColumn[]) {}

  async load(role: string): Promise<void> {
    this.ready = false;
    const [permissions, fields] = await Promise.all([
      records.list('role_permissions', { filter: `role = "${role}"`, limit: 500, count: 'none' }),
      records.list('field_permissions', { filter: `role = "${role}"`, limit: 500, count: 'none' }),
    ]);
    this.saved = permissions.data.map((record) => this.permission(record));
    this.savedFields = fields.data.map((record) => ({ id: record.id, version: record.version ?? 0, entity: String(record.entity), field: String(record.field), access: record.level as FieldAccess }));
    this.undo();
    this.ready = true;
  }

  private permission(record: DataRecord): Permission {
    return { id: record.id, version: record.version ?? 0, entity: String(record.entity), rights: Object.fromEntries(this.rights.map(({ name }) => [name, (record[name] ?? 'none') as Scope])) };
  }

  get changed() {
    return changes(this.saved, this.draft, this.rights);
  }

  get changedFields() {
    return fieldChanges(this.savedFields, this.draftFields);
  }

  set(entity: string, right: string, scope: Scope): void {
    this.draft = setRight(this.draft, entity, right, scope, this.rights);
  }

  setField(entity: string, field: string, access: FieldAccess): void {
    this.draftFields = setAccess(this.draftFields, entity, field, access);
  }

  undo(): void {
    this.draft = this.saved;
    this.draftFields = this.savedFields;
  }

  async save(role: string): Promise<void> {
    this.saving = true;
    try {
      for (const entity of new Set(this.changed.map((change) => change.entity))) {
        const permission = this.draft.find((one) => one.entity === entity);
        if (!permission) continue;
        if (permission.id === null) await records.create('role_permissions', { role, entity, ...permission.rights });
        else await records.change('role_permissions', { id: permission.id, version: permission.version }, permission.rights);
      }
      for (const rule of this.changedFields) {
        if (rule.id === null) await records.create('field_permissions', { role, entity: rule.entity, field: rule.field, level: rule.access });
        else await records.change('field_permissions', { id: rule.id, version: rule.version }, { level: rule.access });
      }
    } finally {
      this.saving = false;
      await this.load(role);
    }
  }
}
