// Requests to the API that serves this page.

const root = new URL('../../', import.meta.url);
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** Answers of a server, or of a proxy before it, that starts, stops or has too much to do. */
const PASSING = [0, 429, 502, 503, 504];

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
    return PASSING.includes(this.status);
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

/**
 * Follows the API's events of some names until the signal aborts, while the page is seen: a browser has six connections to a
 * server, for all its tabs and for pages that it keeps to go back to, and a stream takes one. Once each page, therefore.
 */
export function follow(names, listener, signal) {
  let source = null;
  let timer = 0;
  let pause = FIRST_PAUSE;
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    if (document.hidden || signal.aborted) {
      close();
      return;
    }
    if (source !== null) {
      return;
    }
    clearTimeout(timer);
    const opened = new EventSource(address('v1/events', {events: names.join(',')}));
    source = opened;
    opened.addEventListener('open', () => {
      pause = FIRST_PAUSE;
    });
    // It comes back by itself from a connection that was lost, and never from an answer that is no stream.
    opened.addEventListener('error', () => {
      if (opened.readyState === EventSource.CLOSED && opened === source) {
        close();
        timer = setTimeout(open, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    });
    for (const name of names) {
      opened.addEventListener(name, event => listener(name, JSON.parse(event.data)));
    }
  };
  document.addEventListener('visibilitychange', open, {signal});
  window.addEventListener('pagehide', close, {signal});
  window.addEventListener('pageshow', open, {signal});
  signal.addEventListener('abort', close);
  open();
}
