// The page Embedding map: a sample of the index in the plane, beside the same images as the version before saw them.
import {call} from './api.js';
import {announce, h, poll, replace} from './dom.js';
import {count, percent, plural, time} from './format.js';
import {labelColours} from './palette.js';
import {align} from './plane.js';
import {thumbnail} from './results.js';
import {go, link} from './routes.js';
import {Scatter} from './scatter.js';
import {showFailure, state} from './states.js';

const SAMPLES = [500, 1000, 2000];
const EVERY = 700;
const LEGEND = 14;
const ROWS = 100;

/** Shows the map of the version that the address names, or of the active one. */
export async function show(main, route, signal) {
  const sample = SAMPLES.find(one => String(one) === route.params.get('sample')) ?? 1000;
  const version = route.params.get('version');
  const body = h('div', {class: 'map-body'});
  replace(main,
    h('div', {class: 'page-head with-tools'},
      h('div', {}, h('h1', {}, 'Embedding map'), h('p', {class: 'lead'}, 'A sample of the index, placed by t-SNE: what the network takes for similar lies together.')),
      h('label', {class: 'tool'}, 'Images', h('select', {id: 'sample', onchange: event => go(link('map', {version, sample: event.target.value}))},
        SAMPLES.map(one => h('option', {value: String(one), selected: one === sample}, count(one)))))),
    body);
  const mine = new AbortController();
  const here = new AbortController();
  signal.addEventListener('abort', () => {
    mine.abort();
    here.abort();
  }, {signal: here.signal});
  const again = () => {
    mine.abort();
    here.abort();
    show(main, route, signal);
  };
  replace(body, waiting(null, 0));
  window.addEventListener('version', again, {signal: here.signal});
  poll(async () => {
    try {
      const after = await call('v1/map', {query: {version, sample}, signal: mine.signal});
      const before = after.before === null ? null : await call('v1/map', {query: {version: after.before, sample}, signal: mine.signal});
      const unready = [after, before].find(map => map !== null && map.state !== 'ready');
      if (unready?.state === 'failed') {
        throw Object.assign(new Error(unready.message), {passes: true});
      }
      if (unready) {
        replace(body, waiting(unready, unready.progress));
        return;
      }
      paint(body, after, before, signal);
      mine.abort();
    } catch (failure) {
      if (!mine.signal.aborted) {
        mine.abort();
        showFailure(body, failure, again, signal);
      }
    }
  }, EVERY, mine.signal);
}

const waiting = (map, progress) => state({title: map ? `Drawing the map of ${map.version}` : 'Asking for the map',
  text: 'That takes some seconds the first time, and is kept.', busy: true,
  action: h('progress', {max: '1', value: progress, 'aria-label': 'How far it is'})});

function paint(body, after, before, signal) {
  if (after.points.length === 0) {
    replace(body, state({title: 'The index is empty', text: 'Send images first, for instance with “sightline ingest PATH”.'}));
    return;
  }
  const labels = byFrequency([...after.points, ...(before?.points ?? [])]);
  const colours = labelColours(labels.map(([label]) => label));
  const maps = before ? [[before, 'Before'], [after, 'Now']] : [[after, 'Now']];
  const card = h('div', {class: 'map-card', 'aria-live': 'polite'});
  const scatters = [];
  let pinned;
  const tell = point => {
    scatters.forEach(scatter => scatter.highlight(point?.id ?? null, point && point.label !== null ? point.label : pinned));
    replace(card, point ? pointCard(point) : h('p', {class: 'hint'}, 'Point at an image to see it here, in both maps; click to search by it.'));
  };
  const listeners = {point: tell, open: point => go(link('search', {id: point.id}))};
  const figures = maps.map(([map, title]) => {
    const points = map === before ? align(before.points, after.points) : map.points;
    const scatter = new Scatter(`${title}: ${map.version}`, points, colours, listeners, signal);
    scatters.push(scatter);
    return h('figure', {class: 'card map-figure'},
      h('figcaption', {}, h('strong', {}, `${title}: `), h('a', {href: `#/models/${encodeURIComponent(map.version)}`}, map.version),
        h('span', {class: 'hint'}, ` ${plural(map.points.length, 'image')} of ${count(map.images)}, ${time(map.computedTime)}`)),
      scatter.canvas);
  });
  const pin = label => {
    pinned = label;
    tell(null);
  };
  replace(body,
    before ? null : h('p', {class: 'hint'}, 'After the next swap the version before is shown beside it.'),
    h('div', {class: before ? 'maps two' : 'maps'}, figures),
    h('div', {class: 'map-foot'}, legend(labels, colours, pin), card),
    asTable(after, before));
  tell(null);
  announce(`Map of ${after.points.length} images`);
}

function byFrequency(points) {
  const counts = new Map();
  for (const {label} of points) {
    if (label !== null) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  return [...counts].sort(([one, often], [other, seldom]) => seldom - often || one.localeCompare(other));
}

function pointCard(point) {
  return h('div', {class: 'row'}, thumbnail(point.id, 72), h('div', {},
    h('p', {}, h('strong', {}, point.label ?? 'no label')), h('p', {class: 'hit-id'}, point.id)));
}

function legend(labels, colours, pin) {
  let pressed = null;
  const buttons = labels.slice(0, LEGEND).map(([label]) => {
    const dot = h('span', {class: 'dot'});
    dot.style.backgroundColor = colours.get(label);
    const button = h('button', {type: 'button', class: 'legend-item', 'aria-pressed': 'false', onclick: () => {
      const on = pressed !== button;
      pressed?.setAttribute('aria-pressed', 'false');
      button.setAttribute('aria-pressed', String(on));
      pressed = on ? button : null;
      pin(on ? label : undefined);
    }}, dot, label);
    return button;
  });
  return h('div', {class: 'legend', role: 'group', 'aria-label': 'Labels; press one to show only its images'}, buttons,
    labels.length > LEGEND ? h('span', {class: 'hint'}, `and ${plural(labels.length - LEGEND, 'other label')}`) : null,
    h('span', {class: 'legend-item none'}, h('span', {class: 'dot'}), 'no label'));
}

/** The same for who does not see the maps: each image, its label, and where it lies. */
function asTable(after, before) {
  const rows = h('tbody', {});
  const earlier = new Map((before?.points ?? []).map(point => [point.id, point]));
  const head = ['Image', 'Label', `x, y of ${after.version}`, before ? `x, y of ${before.version}` : null].filter(Boolean);
  const position = point => (point ? `${point.x.toFixed(2)}, ${point.y.toFixed(2)}` : '–');
  const sorted = after.points.toSorted((one, other) => (one.label ?? '~').localeCompare(other.label ?? '~') || one.id.localeCompare(other.id));
  const more = h('p', {class: 'actions'});
  const extend = () => {
    const from = rows.childElementCount;
    rows.append(...sorted.slice(from, from + ROWS).map(point => h('tr', {},
      h('th', {scope: 'row'}, h('a', {href: link('search', {id: point.id})}, point.id)),
      h('td', {}, point.label ?? '–'), h('td', {class: 'number'}, position(point)),
      before ? h('td', {class: 'number'}, position(earlier.get(point.id))) : null)));
    replace(more, rows.childElementCount < sorted.length
      ? h('button', {type: 'button', class: 'button', onclick: extend}, `Show more (${percent(rows.childElementCount / sorted.length)} shown)`) : null);
  };
  const details = h('details', {class: 'card', ontoggle: () => details.open && rows.childElementCount === 0 && extend()},
    h('summary', {}, 'As a table'),
    h('div', {class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Images of the map'},
      h('table', {}, h('thead', {}, h('tr', {}, head.map(name => h('th', {scope: 'col'}, name)))), rows)), more);
  return details;
}
