// A one-time token that a link carries behind its #: it is never sent to a server or logged, and goes from the address at once.
export function tokenOfAddress(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  if (token) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}
