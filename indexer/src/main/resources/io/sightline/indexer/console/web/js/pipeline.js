// The page Pipeline: what goes through, how far each lane is, and what was given up.
import {call} from './api.js';
import {lineChart} from './charts.js';
import {deadLetters} from './dead-letters.js';
import {h, poll, replace} from './dom.js';
import {badge} from './figures.js';
import {count, duration, percent, rate} from './format.js';
import {showFailure, skeleton, state} from './states.js';

const EVERY = 2000;

/** Shows the page, and keeps it up to date. */
export async function show(main, route, signal) {
  const tiles = h('div', {class: 'tiles'}, skeleton('tile', 4));
  const notice = h('div', {'aria-live': 'polite'});
  const canvas = h('canvas', {role: 'img', 'aria-label': 'Images and searches per second over the last minutes'});
  const lanes = h('div', {}, skeleton('rows', 2));
  const chart = {line: null, begun: false};
  let said = null;
  replace(main,
    h('div', {class: 'page-head'}, h('h1', {}, 'Pipeline'), h('p', {class: 'lead'}, 'From image event to searchable, as it is now.')),
    notice, tiles,
    h('section', {class: 'card', 'aria-label': 'Rates'}, h('h2', {}, 'Per second, the last five minutes'), h('div', {class: 'chart-box low'}, canvas)),
    h('section', {'aria-label': 'Lanes'}, h('h2', {}, 'Lanes'), lanes),
    deadLetters(route.params.get('reason'), signal));
  const load = async () => {
    try {
      const now = await call('v1/pipeline', {signal});
      if (said !== now.failure) {
        said = now.failure;
        replace(notice, said ? h('p', {class: 'notice'}, said) : null);
      }
      replace(tiles, summary(now));
      replace(lanes, laneTable(now));
      await draw(chart, canvas, now.history, signal);
    } catch (failure) {
      if (!signal.aborted) {
        // What was shown is old, and is not to be taken for the present.
        replace(tiles);
        replace(lanes);
        // It is looked again every other second, and said once.
        if (said !== String(failure.message)) {
          said = String(failure.message);
          failure.retryAfter = EVERY / 1000;
          showFailure(notice, failure, () => {}, null);
        }
      }
    }
  };
  poll(load, EVERY, signal);
}

function summary(now) {
  const active = now.lanes.find(lane => lane.version === now.active);
  const {p50Millis, p99Millis, images, windowSeconds} = now.freshness;
  return [
    tile('Images', `${rate(now.imagesPerSecond)}`, 'per second', `${count(now.imageEvents)} events ever`),
    tile('Searches', `${rate(now.searchesPerSecond)}`, 'per second', `${count(now.searches)} answered by this indexer`),
    tile('Freshness', duration(p50Millis), p99Millis === null ? 'event to searchable' : `half, ${duration(p99Millis)} for 99 %`,
      images === 0 ? `no image in ${duration(windowSeconds * 1000)}` : `event to searchable, ${count(images)} images in ${duration(windowSeconds * 1000)}`),
    tile('Lag', active ? count(active.lag) : '–', active ? 'image events' : '', active ? `lane of ${now.active}` : 'no version is active'),
  ];
}

const tile = (name, value, unit, detail) => h('div', {class: 'card tile'},
  h('h2', {}, name), h('p', {class: 'tile-value'}, value, ' ', h('span', {class: 'tile-unit'}, unit)), h('p', {class: 'hint'}, detail));

function laneTable(now) {
  if (now.time === null) {
    return state({title: 'Looking…', text: 'The first figures come within two seconds.', busy: true});
  }
  if (now.lanes.length === 0) {
    return state({title: 'No lane runs', text: 'A lane begins with the first version that the trainer publishes. See whether trainer and embedder run.'});
  }
  const columns = [['Version'], ['Status'], ['Embedded'], ['Lag', 'number'], ['Per second', 'number'], ['Done in', 'number'],
    ['Searchable', 'number'], ['Index behind', 'number'], ['Index']];
  return h('div', {class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Lanes'},
    h('table', {},
      h('thead', {}, h('tr', {}, columns.map(([name, kind]) => h('th', {scope: 'col', class: kind}, name)))),
      h('tbody', {}, now.lanes.toReversed().map(laneRow))));
}

function laneRow(lane) {
  return h('tr', {'data-version': lane.version},
    h('th', {scope: 'row'}, h('a', {href: `#/models/${encodeURIComponent(lane.version)}`}, lane.version)),
    h('td', {}, badge(lane.status)),
    h('td', {}, bar(lane.embedded, `${lane.version} has embedded`)),
    h('td', {class: 'number'}, count(lane.lag)),
    h('td', {class: 'number'}, rate(lane.perSecond)),
    h('td', {class: 'number'}, lane.lag === 0 ? 'done' : lane.etaSeconds === null ? 'stands still' : duration(lane.etaSeconds * 1000)),
    h('td', {class: 'number'}, lane.images === null ? '–' : count(lane.images)),
    h('td', {class: 'number'}, count(lane.behind)),
    h('td', {}, lane.failure ? h('span', {class: 'error-text'}, lane.failure)
      : lane.indexReady ? 'answers' : bar(lane.indexed, `index of ${lane.version}`)));
}

const bar = (share, name) => h('span', {class: 'bar'},
  h('progress', {max: '1', value: share, 'aria-label': name}), h('span', {}, percent(share)));

async function draw(chart, canvas, history, signal) {
  const clock = new Intl.DateTimeFormat(undefined, {hour: '2-digit', minute: '2-digit', second: '2-digit'});
  const names = history.map(one => clock.format(new Date(one.time)));
  const points = [history.map(one => one.imagesPerSecond), history.map(one => one.searchesPerSecond)];
  if (chart.line) {
    chart.line.set(names, points);
  } else if (!chart.begun) {
    chart.begun = true;
    chart.line = await lineChart(canvas, names, [
      {name: 'Images', colour: '--series-1', points: points[0]},
      {name: 'Searches', colour: '--series-2', dash: [5, 4], points: points[1]},
    ], {points: false}, signal);
  }
}
