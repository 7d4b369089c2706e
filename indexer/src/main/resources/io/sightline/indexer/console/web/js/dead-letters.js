// Events that were given up: by reason, with what is known of each, and a way to try them again.
import {address, call} from './api.js';
import {confirm, toast} from './dialogs.js';
import {h, poll, replace} from './dom.js';
import {ago, bytes, count, plural, time} from './format.js';
import {lacking} from './session.js';
import {link} from './routes.js';
import {showFailure, skeleton, state} from './states.js';

const EVERY = 10_000;

const MEANINGS = {
  SCHEMA: 'The record is no image event.',
  OVERSIZE: 'The image has more bytes than are accepted.',
  UNSUPPORTED: 'It is no JPEG or PNG, or one that costs too much to decode.',
  MALFORMED: 'The image is broken.',
  TOO_MANY_PIXELS: 'The image claims more pixels than are decoded.',
  PAYLOAD_MISSING: 'The image was not where the event said. Worth trying again once it is.',
  HASH_MISMATCH: 'The image was not the one that the event said.',
  INFERENCE: 'The network could not embed it. Worth trying again after a new version.',
  UNKNOWN: 'For a reason that this indexer does not know.',
};

/** The section; it reads its own data. */
export function deadLetters(reason, signal) {
  const head = h('div', {class: 'row wrap'});
  const list = h('div', {}, skeleton('rows', 3));
  const section = h('section', {'aria-label': 'Dead letters', id: 'dead-letters'}, h('h2', {}, 'Dead letters'), head, list);
  let shown = '';
  const load = async () => {
    try {
      const page = await call('v1/dead-letters', {query: {reason}, signal});
      // What somebody reads or has opened is left alone while nothing is new.
      const key = JSON.stringify([page.reasons, page.events.map(event => event.id)]);
      if (key !== shown) {
        shown = key;
        showPage(page, reason, head, list, again, signal);
      }
    } catch (failure) {
      if (!signal.aborted) {
        shown = '';
        replace(head);
        showFailure(list, failure, () => again(), null);
      }
    }
  };
  const again = poll(load, EVERY, signal);
  return section;
}

function showPage(page, reason, head, list, again, signal) {
  const total = Object.values(page.reasons).reduce((sum, one) => sum + one, 0);
  if (total === 0) {
    replace(head);
    replace(list, state({title: 'Nothing was given up', text: 'Every event of the last two weeks was embedded.', tone: 'good'}));
    return;
  }
  const filter = (name, number, title) => h('a', {class: 'filter', href: link('pipeline', {reason: name}),
    'aria-current': (name ?? null) === (reason ?? null) ? 'true' : null}, title, ' ', h('span', {class: 'badge'}, count(number)));
  const noScope = lacking('ADMIN');
  const selected = reason ? page.reasons[reason] ?? 0 : 0;
  replace(head,
    h('nav', {class: 'row wrap', 'aria-label': 'Reasons'}, filter(null, total, 'All'),
      Object.entries(page.reasons).map(([name, number]) => filter(name, number, words(name)))),
    reason && selected > 0 ? redriveButton(`Try all ${count(selected)} again`, noScope, () => redrive({reason}, selected, again)) : null,
    reason ? h('p', {class: 'hint full'}, MEANINGS[reason]) : null,
    page.complete ? null : h('p', {class: 'hint full'}, 'These are the newest; “sightline dead-letters list” shows all.'));
  const entries = h('ul', {class: 'letters', role: 'list'}, page.events.map(event => entry(event, again, signal)));
  const more = h('p', {class: 'actions centred'});
  replace(list, page.events.length === 0
    ? state({title: 'None of this reason', action: h('a', {class: 'button', href: '#/pipeline'}, 'Show all')}) : [entries, more]);
  offer(more, entries, page.next, reason, again, signal);
}

function offer(more, entries, next, reason, again, signal) {
  replace(more, next ? h('button', {type: 'button', class: 'button', onclick: async event => {
    try {
      const page = await call('v1/dead-letters', {query: {reason, after: next}, signal});
      entries.append(...page.events.map(one => entry(one, again, signal)));
      offer(more, entries, page.next, reason, again, signal);
    } catch (failure) {
      replace(more, event.target, h('span', {class: 'error-text', role: 'alert'}, failure.message));
    }
  }}, 'Show more') : null);
}

const words = reason => reason.toLowerCase().replaceAll('_', ' ');

function redriveButton(text, noScope, action) {
  return h('button', {type: 'button', class: 'button', 'aria-disabled': noScope ? 'true' : null, title: noScope,
    onclick: noScope ? null : action}, text);
}

function entry(event, again, signal) {
  // The bytes are a sender's: whoever may only watch does not see them.
  const unseen = lacking('SEARCH');
  const frame = h('span', {class: 'thumb small'}, unseen ? h('span', {class: 'thumb-none', title: unseen}, 'no image') : h('img', {src: address(`v1/dead-letters/${event.id}/content`), alt: '', width: '56',
    height: '56', loading: 'lazy', onerror: () => frame.replaceChildren(h('span', {class: 'thumb-none', title: 'The bytes are not there, or are not safe to show'}, 'no image'))}));
  const details = h('div', {class: 'letter-details'});
  const open = h('details', {ontoggle: () => open.open && details.childElementCount === 0 && showDetails(event, details, signal)},
    h('summary', {}, 'Details'), details);
  return h('li', {class: 'card letter'},
    frame,
    h('div', {class: 'letter-text'},
      h('p', {class: 'letter-head'}, h('span', {class: 'status rejected'}, words(event.reason)),
        h('strong', {}, event.key ?? 'no key'), h('time', {datetime: event.time, title: time(event.time), class: 'hint'}, ago(event.time))),
      h('p', {}, event.detail),
      open),
    redriveButton('Try again', lacking('ADMIN'), () => redrive({ids: [event.id]}, 1, again)));
}

async function showDetails(event, details, signal) {
  const unseen = lacking('SEARCH');
  if (unseen) {
    replace(details, h('p', {class: 'hint'}, unseen));
    return;
  }
  replace(details, h('p', {class: 'hint'}, 'Reading…'));
  try {
    const {verdicts, original} = await call(`v1/dead-letters/${event.id}`, {signal});
    const {topic, partition, offset} = event.origin;
    replace(details,
      h('dl', {class: 'pairs'},
        h('dt', {}, 'Event'), h('dd', {}, h('code', {}, `${topic}-${partition}@${offset}`)),
        original ? [
          h('dt', {}, 'Size'), h('dd', {}, bytes(original.bytes)),
          h('dt', {}, 'Says it is'), h('dd', {}, original.contentType ?? 'nothing: it cannot be decoded'),
          h('dt', {}, 'Sent by'), h('dd', {}, original.source || 'unknown'),
          original.reference ? [h('dt', {}, 'Image at'), h('dd', {}, h('code', {}, original.reference))] : null,
        ] : [h('dt', {}, 'Content'), h('dd', {}, 'not kept any more')]),
      verdicts.map(verdict => h('div', {class: 'verdict'},
        h('p', {}, h('strong', {}, verdict.version || 'no version'), ` · ${words(verdict.reason)} · ${time(verdict.time)}`),
        h('p', {}, verdict.detail),
        verdict.stack ? h('pre', {tabindex: '0'}, verdict.stack) : null)));
  } catch (failure) {
    if (!signal.aborted) {
      replace(details, h('p', {class: 'error-text', role: 'alert'}, failure.message));
    }
  }
}

async function redrive(selection, number, again) {
  let outcome = null;
  const done = await confirm({
    title: `Try ${plural(number, 'event')} again?`,
    text: ['Each is sent to its topic once more, as it was, if it is still the newest event of its image; the others are skipped.',
      'The lanes try it again. If they give it up again, that is a new dead letter.'],
    confirm: number === 1 ? 'Try it again' : 'Try them again',
    action: async () => {
      outcome = await call('v1/dead-letters:redrive', {method: 'POST', body: selection});
    },
  });
  if (done) {
    const left = outcome.left > 0 ? ` ${count(outcome.left)} are left: press again.` : '';
    const why = outcome.sent === 0 && outcome.results.length > 0 ? ` It ${outcome.results[0].explanation}.` : '';
    toast(`${count(outcome.sent)} sent, ${count(outcome.skipped)} skipped, ${count(outcome.failed)} failed.${why}${left}`);
    again();
  }
}
