// Requests to the API that serves this page.

const root = new URL('../../', import.meta.url);

/** Why a request was not answered; type and message are the API's own. */
export class ApiError extends Error {
  constructor(status, type, message, retryAfter = null) {
    super(message);
    this.status = status;
    this.type = type;
    this.retryAfter = retryAfter;
  }

  /** Whether the same may be answered later. */
  get passes() {
    return this.status === 503 || this.status === 429 || this.status === 0;
  }
}

/** Address of a route, with a query string of what is not null. */
export function address(path, query = {}) {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') {
      url.searchParams.append(name, value);
    }
  }
  return url.href;
}

/** Address of the content of an image. An id may hold anything. */
export function imageAddress(id) {
  return address(`v1/images/${encodeURIComponent(id)}/content`);
}

/** Asks the API; its JSON, or an ApiError. An aborted request throws as fetch does. */
export async function call(path, {method = 'GET', body = null, query = {}, signal = null} = {}) {
  const headers = {Accept: 'application/json'};
  if (method !== 'GET') {
    headers['X-Sightline-Console'] = '1';
  }
  if (body !== null) {
    headers['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch(address(path, query), {
      method, headers, signal, body: body === null ? null : JSON.stringify(body),
    });
  } catch (failure) {
    if (signal?.aborted) {
      throw failure;
    }
    throw new ApiError(0, 'unreachable', 'The indexer does not answer. Check that it runs, and your way to it.');
  }
  if (answer.ok) {
    return answer.status === 204 ? null : answer.json();
  }
  throw await refusal(answer, path);
}

async function refusal(answer, path) {
  let type = 'unknown';
  let message = `The indexer answered with status ${answer.status}.`;
  try {
    const {error} = await answer.json();
    type = error.type;
    message = error.message;
  } catch {
    // Not its own answer, perhaps that of a proxy.
  }
  if (answer.status === 401 && path !== 'v1/session') {
    window.dispatchEvent(new Event('signed-out'));
  }
  const retryAfter = Number(answer.headers.get('Retry-After'));
  return new ApiError(answer.status, type, message, Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null);
}

/** Follows the API's events of some names until the signal aborts. */
export function follow(names, listener, signal) {
  const source = new EventSource(address('v1/events', {events: names.join(',')}));
  for (const name of names) {
    source.addEventListener(name, event => listener(name, JSON.parse(event.data)));
  }
  signal.addEventListener('abort', () => source.close());
}
