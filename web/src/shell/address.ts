// How addresses of pages are written.

// The address of a list with a filter, as figures and charts link to it.
export function listAddress(plural: string, query: Record<string, string | undefined> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) parameters.set(name, value);
  const text = parameters.toString();
  return `/${plural}${text ? `?${text}` : ''}`;
}
