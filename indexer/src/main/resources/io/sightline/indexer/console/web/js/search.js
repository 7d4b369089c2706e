// The page Search: an image or an id, and its neighbours.
import {ApiError, call} from './api.js';
import {announce, h, replace} from './dom.js';
import {filters} from './filters.js';
import {count, duration, plural, time} from './format.js';
import {fromParams, keep, kept, requestOf, toAddress} from './query.js';
import {card, grid, thumbnail} from './results.js';
import {go} from './routes.js';
import {showFailure, skeleton, state} from './states.js';

const MOST_BYTES = 8 * 1024 * 1024;

/** Shows the page of an address. */
export async function show(main, route, signal) {
  const query = fromParams(route.params);
  const results = h('section', {class: 'results', 'aria-label': 'Results'});
  const changed = change => go(toAddress(query, change));
  replace(main, h('h1', {class: 'visually-hidden'}, 'Search'),
    h('div', {class: 'search'},
      h('section', {class: 'search-side', 'aria-label': 'Query'}, queryPanel(query, results, signal), filters(query, changed, signal)),
      results));
  acceptImages(query, results, signal);
  if (query.id || kept(query.image)) {
    await search(query, results, signal);
  } else if (query.image) {
    replace(results, state({title: 'That image is gone', text: 'An image that you chose is kept until the page is loaded again. Choose it once more.',
      action: chooseButton()}));
  } else {
    await showStart(query, results, signal);
  }
}

function queryPanel(query, results, signal) {
  const picker = h('input', {type: 'file', id: 'file', accept: 'image/jpeg,image/png', class: 'visually-hidden', tabindex: '-1',
    'aria-label': 'Image file', onchange: () => picker.files.length > 0 && searchFile(picker.files[0], query, results)});
  const id = h('input', {type: 'text', id: 'id', name: 'id', value: query.id ?? '', autocomplete: 'off', spellcheck: 'false',
    placeholder: 'Image id'});
  const preview = h('div', {class: 'preview'});
  if (query.id) {
    preview.append(thumbnail(query.id, 200), facts(query.id, signal));
  } else if (kept(query.image)) {
    const {file, url} = kept(query.image);
    preview.append(h('span', {class: 'thumb'}, h('img', {src: url, alt: 'Your image', width: '200', height: '200'})),
      h('p', {class: 'preview-id'}, file.name || 'pasted image'));
  }
  return h('div', {class: 'card query'},
    query.id || kept(query.image) ? preview : null,
    h('div', {class: 'drop', id: 'drop'},
      h('p', {}, h('strong', {}, 'Drop or paste an image'), h('br'), 'JPEG or PNG, up to 8 MiB'),
      h('div', {class: 'row'},
        h('button', {type: 'button', class: 'button primary', onclick: () => picker.click()}, 'Choose…'),
        h('button', {type: 'button', class: 'button', onclick: () => random(query, results, signal)}, 'Random image')),
      picker),
    h('form', {class: 'row', role: 'search', onsubmit: event => {
      event.preventDefault();
      if (id.value.trim()) {
        go(toAddress(query, {id: id.value.trim(), image: null}));
      } else {
        id.focus();
      }
    }}, h('label', {for: 'id', class: 'visually-hidden'}, 'Image id'), id, h('button', {type: 'submit', class: 'button'}, 'Search')));
}

/** What is known of the image that is searched by. */
function facts(id, signal) {
  const list = h('dl', {class: 'facts'}, h('dt', {class: 'visually-hidden'}, 'Id'), h('dd', {class: 'preview-id'}, id));
  call(`v1/images/${encodeURIComponent(id)}`, {query: {lineage: 'false'}, signal}).then(image => {
    const tags = Object.entries(image.tags).map(([key, value]) => `${key}=${value}`).join(', ');
    for (const [name, value] of [['Label', image.label ?? 'none'], ['Tags', tags || 'none'], ['Event', time(image.eventTime)]]) {
      list.append(h('dt', {}, name), h('dd', {}, value));
    }
  }, () => list.append(h('dd', {class: 'hint'}, 'Nothing more is known of it now.')));
  return list;
}

const chooseButton = () => h('button', {type: 'button', class: 'button primary',
  onclick: () => document.getElementById('file').click()}, 'Choose an image');

/** Anywhere on the page, until it is left. */
function acceptImages(query, results, signal) {
  const take = (event, files) => {
    if (files.length > 0) {
      event.preventDefault();
      searchFile(files[0], query, results);
    }
  };
  document.addEventListener('paste', event => take(event, event.clipboardData?.files ?? []), {signal});
  document.addEventListener('dragover', event => {
    event.preventDefault();
    document.getElementById('drop').classList.add('over');
  }, {signal});
  document.addEventListener('dragleave', () => document.getElementById('drop').classList.remove('over'), {signal});
  document.addEventListener('drop', event => {
    event.preventDefault();
    document.getElementById('drop').classList.remove('over');
    take(event, event.dataTransfer?.files ?? []);
  }, {signal});
}

function searchFile(file, query, results) {
  if (file.size > MOST_BYTES) {
    showFailure(results, new ApiError(413, 'oversize', `The file has ${(file.size / 1024 / 1024).toFixed(1)} MiB`), () => {}, null, chooseButton());
  } else {
    go(toAddress(query, {id: null, image: keep(file)}));
  }
}

/** Something from the index: the neighbours of a random direction are as good as any. */
async function random(query, results, signal) {
  const again = () => random(query, results, signal);
  try {
    const models = await call('v1/models', {signal});
    const active = models.find(model => model.status === 'ACTIVE');
    if (!active) {
      throw new ApiError(503, 'no-active-version', 'No model version is active yet.');
    }
    const vector = Array.from({length: active.dimensions}, gaussian);
    const length = Math.hypot(...vector);
    const {hits} = await call('v1/search', {method: 'POST', signal,
      body: {vector: vector.map(value => value / length), version: active.version, k: 50}});
    if (hits.length === 0) {
      showEmpty(results);
    } else {
      go(toAddress(query, {id: hits[Math.floor(Math.random() * hits.length)].id, image: null}));
    }
  } catch (failure) {
    showFailure(results, failure, again, signal);
  }
}

function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

async function showStart(query, results, signal) {
  replace(results, skeleton('start', 1));
  try {
    const {version, labels, total} = await call('v1/labels', {query: {limit: 24}, signal});
    replace(results, state({title: 'What does it look like?',
      text: `Drop an image anywhere on this page, or begin with one that is indexed. Version ${version} answers.`,
      action: h('button', {type: 'button', class: 'button primary', onclick: () => random(query, results, signal)}, 'Show me a random image')}),
    total > 0 ? h('p', {class: 'hint centred'}, `${plural(total, 'label')} in the index. Filters narrow neighbours down to some of them.`) : null);
    if (labels.length === 0) {
      const hits = await call('v1/status', {signal}).catch(() => null);
      if (hits && hits.images?.[version] === 0) {
        showEmpty(results);
      }
    }
  } catch (failure) {
    showFailure(results, failure, () => showStart(query, results, signal), signal);
  }
}

function showEmpty(results) {
  replace(results, state({title: 'The index is empty',
    text: 'Send images first, for instance with “sightline ingest PATH”, or with POST /v1/images to the ingest service. They can be searched about a second later.'}));
}

async function search(query, results, signal) {
  replace(results, h('p', {class: 'summary'}, 'Searching…'), skeleton('cards', Math.min(query.k, 24)));
  try {
    const answer = await call('v1/search', {method: 'POST', body: await requestOf(query), signal});
    showAnswer(answer, query, results, signal);
  } catch (failure) {
    showFailure(results, failure, () => search(query, results, signal), signal, query.image ? chooseButton() : null);
  }
}

function showAnswer(answer, query, results, signal) {
  if (answer.hits.length === 0) {
    const filtered = query.labels.length + query.tags.length > 0 || query.from || query.before;
    replace(results, state(filtered
      ? {title: 'No image passes the filters', text: 'Take one away, or widen the time.'}
      : {title: 'There is nothing else in the index', text: 'Send more images; they can be searched about a second later.'}));
    return;
  }
  const summary = h('p', {class: 'summary'});
  const list = grid(answer.hits, query);
  const more = h('p', {class: 'actions centred'});
  replace(results, summary, answer.explain ? explanation(answer) : null, list, more);
  const tell = shown => {
    summary.replaceChildren(`${plural(shown, 'neighbour')} by ${answer.version}`
      + `${answer.mappedFrom ? `, embedded by ${answer.mappedFrom} and mapped` : ''} in ${duration(answer.tookMicros / 1000)}`);
    announce(summary.textContent);
  };
  const offer = next => replace(more, next ? h('button', {type: 'button', class: 'button', onclick: async event => {
    event.target.disabled = true;
    try {
      const page = await call('v1/search', {method: 'POST', body: await requestOf(query, next), signal});
      const first = list.children.length;
      list.append(...page.hits.map(hit => card(hit, query)));
      list.children[first]?.querySelector('a').focus();
      tell(list.children.length);
      offer(page.next);
    } catch (failure) {
      event.target.disabled = false;
      replace(more, event.target, h('span', {class: 'error-text', role: 'alert'}, failure.message));
    }
  }}, 'Show more') : null);
  tell(answer.hits.length);
  offer(answer.next);
}

function explanation({explain}) {
  const rows = [
    ['Store', explain.store], ['Embedded by', explain.embeddedBy ?? 'nobody: its vector is in the index'],
    ['ef', count(explain.ef)], ['Ranked', plural(explain.candidates, 'image')], ['Segments', count(explain.segments)],
    ['Query', `${count(explain.micros.query)} µs`], ['Search', `${count(explain.micros.search)} µs`], ['Read', `${count(explain.micros.read)} µs`],
  ];
  return h('dl', {class: 'card figures', 'aria-label': 'How the answer came to be'},
    rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}
