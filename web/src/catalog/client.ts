// The one door to the server: JSON over /api/v1 with the session's cookie, its CSRF token, and refusals as errors.
import { t } from '$/i18n/index.svelte';
import type { DataRecord, FaultDetail, ListAnswer, Problem } from './types';

export type Query = Record<string, string | number | boolean | undefined | null>;

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'Refused';
  }
  get status() {
    return this.problem.status;
  }
  get code() {
    return this.problem.code;
  }
  get errors(): FaultDetail[] {
    return this.problem.errors ?? [];
  }
  // What was said about one field, for the text under it.
  of(field: string): string | undefined {
    return this.errors.find((fault) => fault.pointer === `/${field}` || fault.pointer === field)?.message;
  }
}

// The server could not be reached at all.
// No answer at all; its message is for people, what the browser said stands in `cause`.
export class Unreachable extends Error {}

interface Settings {
  csrf: string;
  language: string;
  onSignedOut: () => void;
  onReachable: (reachable: boolean) => void;
}

export const settings: Settings = { csrf: '', language: 'en', onSignedOut: () => {}, onReachable: () => {} };

export function address(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

export interface Asked {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function send(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': settings.language, ...asked.headers };
  if (method !== 'GET' && settings.csrf) headers['X-CSRF-Token'] = settings.csrf;
  const file = asked.body instanceof Blob;
  if (asked.body !== undefined && !file) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(address(path, asked.query), {
      method,
      headers,
      signal: asked.signal,
      credentials: 'same-origin',
      body: file ? (asked.body as Blob) : asked.body === undefined ? undefined : JSON.stringify(asked.body),
    });
  } catch (fault) {
    if (fault instanceof DOMException && fault.name === 'AbortError') throw fault;
    settings.onReachable(false);
    throw new Unreachable(t(method === 'GET' ? 'shell.failed_detail' : 'records.unreachable'), { cause: fault });
  }
  settings.onReachable(true);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (response.status === 401 && path !== '/session') settings.onSignedOut();
  throw new Refused(problem);
}

async function problemOf(response: Response): Promise<Problem> {
  const plain: Problem = { title: response.statusText || `HTTP ${response.status}`, status: response.status, code: 'http' };
  try {
    return { ...plain, ...((await response.json()) as Partial<Problem>), status: response.status };
  } catch {
    return plain;
  }
}

async function json<T>(method: string, path: string, asked?: Asked): Promise<T> {
  const response = await send(method, path, asked);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) => json<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown, asked: Asked = {}) => json<T>('POST', path, { body: body ?? {}, ...asked }),
  put: <T>(path: string, body: unknown) => json<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown, asked: Asked = {}) => json<T>('PATCH', path, { body, ...asked }),
  remove: <T>(path: string, asked: Asked = {}) => json<T>('DELETE', path, asked),
  upload: <T>(path: string, file: Blob, query?: Query) => json<T>('POST', path, { body: file, query }),
  send,
};

// ---- Records ---------------------------------------------------------------------------------------------------

export function etag(record: DataRecord): string {
  return record.version === undefined ? '*' : `"${record.version}"`;
}

async function record(method: string, path: string, asked?: Asked): Promise<DataRecord> {
  const response = await send(method, path, asked);
  const found = (await response.json()) as DataRecord;
  const tag = response.headers.get('ETag');
  if (found.version === undefined && tag) {
    const version = Number(tag.replace(/[W/"]/g, ''));
    if (Number.isFinite(version)) found.version = version;
  }
  return found;
}

export interface ListAsked extends Query {
  filter?: string;
  sort?: string;
  limit?: number;
  cursor?: string;
  fields?: string;
  search?: string;
  count?: 'exact' | 'none';
  as_of?: string;
  known_at?: string;
  bin?: boolean;
}

export const records = {
  list: (plural: string, asked: ListAsked, signal?: AbortSignal) => api.get<ListAnswer>(`/${plural}`, asked, signal),
  // Every record of a list that stays small: roles, teams, what belongs to them.
  all: async (plural: string, asked: Omit<ListAsked, 'cursor' | 'limit' | 'count'>): Promise<DataRecord[]> => {
    const found: DataRecord[] = [];
    let cursor: string | undefined;
    do {
      const answer = await records.list(plural, { ...asked, limit: 500, count: 'none', cursor } as ListAsked);
      found.push(...answer.data);
      cursor = answer.page.next ?? undefined;
    } while (cursor);
    return found;
  },
  get: (plural: string, id: string, query?: Query) => record('GET', `/${plural}/${id}`, { query }),
  create: (plural: string, values: object) =>
    record('POST', `/${plural}`, { body: values, headers: { 'Idempotency-Key': crypto.randomUUID() } }),
  change: (plural: string, current: DataRecord, patch: object, overwrite = false) =>
    record('PATCH', `/${plural}/${current.id}`, { body: patch, headers: { 'If-Match': overwrite ? '*' : etag(current) } }),
  remove: (plural: string, current: DataRecord) =>
    api.remove<void>(`/${plural}/${current.id}`, { headers: { 'If-Match': etag(current) } }),
  restore: (plural: string, id: string) => api.post<DataRecord>(`/${plural}/${id}/restore`),
  act: (plural: string, current: DataRecord, action: string, parameters: object = {}) =>
    record('POST', `/${plural}/${current.id}/actions/${action}`, { body: parameters, headers: { 'If-Match': etag(current) } }),
};
