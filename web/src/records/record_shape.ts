// What of a record stands where: its key figures, its details, its related lists; by rules, for every kind alike.
import type { Entity, Field } from '$/catalog/types';
import { may } from '$/catalog/session.svelte';

const figureTypes: Field['type'][] = ['money', 'percent', 'date', 'whole', 'decimal', 'duration', 'choice'];

export function ownerField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => field.meaning === 'owner');
}

export function parentField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => field.name === 'account' && field.type === 'reference') ?? entity.fields.find((field) => field.meaning === 'parent_access');
}

export function stageField(entity: Entity): Field | undefined {
  return entity.fields.find((field) => field.target === 'stage' && field.changed_by);
}

// At most `count`: listed or computed measures first, in the order of the declaration.
export function keyFigures(entity: Entity, count: number): Field[] {
  const usable = entity.fields.filter((field) => figureTypes.includes(field.type) && !field.system && !field.many);
  // Listed ones first, then computed measures, then a choice that sorts deals; other facts are details.
  const weight = (field: Field) => {
    if (field.list) return field.type === 'choice' ? 2 : 0;
    if (field.measure) return field.computed ? 3 : 4;
    return field.type === 'choice' && field.dimension && field.name.endsWith('category') ? 5 : 9;
  };
  const stage = stageField(entity);
  const chosen = usable
    .map((field, at) => ({ field, order: weight(field) * 100 + at }))
    .filter(({ field, order }) => order < 900 && (stage || field.list || field.measure))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ field }) => field);
  return chosen;
}

export function detailFields(entity: Entity, figures: Field[]): Field[] {
  const apart = new Set([entity.title, ...figures.map(({ name }) => name), stageField(entity)?.name]);
  return entity.fields.filter((field) => !field.many && field.type !== 'list' && !apart.has(field.name) && field.name !== 'id' && !(field.computed && field.type === 'boolean'));
}

export interface Related {
  field: Field;
  entity: Entity;
}

export function relatedLists(entity: Entity, entities: Entity[]): Related[] {
  return entity.fields.flatMap((field) => {
    if (!field.many || !field.target || !field.back) return [];
    const target = entities.find((one) => one.name === field.target);
    if (!target || !may(target, 'read') || target.name === 'activity') return [];
    return [{ field, entity: target }];
  });
}

// The field of an activity or task that points at this kind.
export function linkFrom(target: Entity | undefined, entity: Entity): Field | undefined {
  return target?.fields.find((field) => field.type === 'reference' && field.target === entity.name && !field.system);
}
