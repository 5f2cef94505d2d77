// Takes a bulk edit, an import or a merge back and says what could not be taken back.
import { api } from '$/catalog/client';
import { t } from '$/i18n/index.svelte';
import { toasts } from '$/kit/toasts.svelte';

export async function undoBatch(batch: string, ondone: () => void): Promise<void> {
  try {
    const answer = await api.post<{ undone: number; left: { why: string }[] }>(`/batches/${batch}/undo`);
    const left = answer.left?.length ?? 0;
    toasts.show({ text: t('records.undone', { count: answer.undone }) + (left ? ` ${t('records.undo_left', { count: left })}` : '') });
    ondone();
  } catch (fault) {
    toasts.fault(t('records.undo_refused', { why: (fault as Error).message }));
  }
}
