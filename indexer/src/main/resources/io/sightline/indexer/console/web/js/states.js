// What is shown when there is nothing to show: loading, empty, failed. Each says what to do.
import {h, replace} from './dom.js';

/** A message in the place of content. */
export function state({title, text, action = null, tone = 'plain', busy = false}) {
  return h('div', {class: `state ${tone}`, role: tone === 'error' ? 'alert' : null},
    busy ? h('span', {class: 'spinner', 'aria-hidden': 'true'}) : null,
    h('h2', {}, title),
    text ? h('p', {}, text) : null,
    action);
}

/** Grey shapes of what is to come, so that nothing moves when it does. */
export function skeleton(kind, number) {
  return h('div', {class: `skeletons ${kind}`, 'aria-hidden': 'true'},
    Array.from({length: number}, () => h('div', {class: 'skeleton'})));
}

const TITLES = {
  'no-active-version': 'No model version is active yet',
  'index-rebuilding': 'The index is being rebuilt',
  'index-unavailable': 'The index cannot be asked now',
  'network-unavailable': 'The network cannot be loaded now',
  'kafka-unavailable': 'The brokers do not answer',
  'unreachable': 'The indexer cannot be reached',
  'unknown-image': 'There is no such image',
  'unknown-version': 'There is no such version',
  'oversize': 'That image is too large',
  'unsupported': 'That is no JPEG or PNG',
  'malformed': 'That image is broken',
  'too_many_pixels': 'That image has too many pixels',
  'bad-filter': 'The filter is wrong',
  'forbidden': 'Your key does not allow this',
  'too-many-requests': 'Too many requests',
};

const ADVICE = {
  'no-active-version': 'The first one appears a few seconds after the services start. Then send images, for instance with “sightline ingest PATH”.',
  'unknown-image': 'It may have been deleted, or is not indexed by the active version yet. Try another id, or a random image.',
  'oversize': 'Choose a JPEG or PNG of at most 8 MiB.',
  'unsupported': 'Choose a JPEG or PNG file.',
  'malformed': 'Open it in an image editor and save it anew as JPEG or PNG, or choose another one.',
  'too_many_pixels': 'Scale it down to at most 40 megapixels.',
  'forbidden': 'Sign out, and in again with a key that has the scope.',
};

/**
 * Shows why something failed. What passes by itself is tried again: after a while, or when the button is pressed; not once
 * something else is shown in its place.
 *
 * @param again what tries it again
 */
export function showFailure(container, failure, again, signal, action = null) {
  if (signal?.aborted) {
    return;
  }
  const type = String(failure.type ?? '').toLowerCase();
  const seconds = failure.retryAfter ?? 3;
  const button = h('button', {type: 'button', class: 'button', onclick: () => again()}, 'Try again');
  const advice = ADVICE[type];
  const shown = state({
    title: TITLES[type] ?? 'That did not work',
    text: [sentence(failure.message ?? String(failure)), advice ? ` ${advice}` : '',
      failure.passes ? ` This page tries again every ${seconds} s.` : ''].join(''),
    tone: failure.passes ? 'waiting' : 'error',
    busy: failure.passes === true,
    action: h('p', {class: 'actions'}, failure.passes || !action ? button : null, action),
  });
  replace(container, shown);
  if (failure.passes) {
    const retry = () => {
      if (!shown.isConnected || signal?.aborted) {
        return;
      }
      if (document.hidden) {
        document.addEventListener('visibilitychange', retry, {once: true});
      } else {
        again();
      }
    };
    setTimeout(retry, seconds * 1000);
  }
}

/** Messages of the API begin with a small letter and end without a stop. */
export function sentence(message) {
  const text = message.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}
