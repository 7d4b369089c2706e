// The page Models: all versions, how good they are, and one of them in detail.
import {call} from './api.js';
import {lineChart} from './charts.js';
import {h, poll, replace} from './dom.js';
import {badge, gained} from './figures.js';
import {count, time} from './format.js';
import {go} from './routes.js';
import {showFailure, skeleton, state} from './states.js';
import {showVersion} from './version.js';

/** Shows the list, or the version that the address names. */
export async function show(main, route, signal) {
  if (route.rest) {
    await showVersion(main, route.rest, signal);
    return;
  }
  const chartBox = h('div', {class: 'chart-box'}, h('canvas', {id: 'chart', role: 'img', 'aria-label': 'Recall@1 and MAP@R of each version on the holdout; the table below has the figures'}));
  const body = h('div', {}, skeleton('rows', 4));
  replace(main,
    h('div', {class: 'page-head'}, h('h1', {}, 'Models'),
      h('p', {class: 'lead'}, 'Every version of the network that was published, and what became of it.')),
    h('section', {class: 'card', 'aria-label': 'Quality'}, h('h2', {}, 'Quality on the holdout ', h('span', {class: 'hint'}, 'rings were rejected')), chartBox),
    body);
  const drawn = {chart: null, versions: [], rejected: []};
  const load = async () => {
    try {
      const models = await call('v1/models', {signal});
      replace(body, models.length === 0 ? nothing() : table(models));
      await draw(models, drawn, chartBox, signal);
    } catch (failure) {
      if (!signal.aborted) {
        say(drawn, chartBox, h('p', {class: 'hint'}, 'No figures now.'));
        showFailure(body, failure, () => reload(), signal);
      }
    }
  };
  const reload = poll(load, 5000, signal);
  window.addEventListener('version', () => reload(), {signal});
}

const nothing = () => state({title: 'No version has been published yet',
  text: 'The trainer publishes the first one when it starts. See whether it runs: “sightline serve trainer”, or “sightline up” for everything at once.'});

/** Something in the place of the chart. */
function say(drawn, box, what) {
  drawn.chart?.destroy();
  drawn.chart = null;
  replace(box, what);
}

async function draw(models, drawn, box, signal) {
  const measured = models.filter(model => Number.isFinite(model.metrics.recallAt1));
  drawn.versions = measured.map(model => model.version);
  drawn.rejected = measured.map(model => model.status === 'REJECTED');
  const points = ['recallAt1', 'mapAtR'].map(name => measured.map(model => Number((100 * model.metrics[name]).toFixed(2))));
  if (measured.length === 0) {
    say(drawn, box, h('p', {class: 'hint centred'}, 'No version was measured yet: that takes labelled images of at least two classes that are held out.'));
    return;
  }
  if (drawn.chart) {
    drawn.chart.set(drawn.versions, points);
    return;
  }
  if (!box.querySelector('canvas')) {
    replace(box, h('canvas', {id: 'chart', role: 'img', 'aria-label': 'Recall@1 and MAP@R of each version'}));
  }
  drawn.chart = await lineChart(box.querySelector('canvas'), drawn.versions, [
    {name: 'Recall@1', colour: '--series-1', points: points[0]},
    {name: 'MAP@R', colour: '--series-2', dash: [5, 4], shape: 'rectRot', points: points[1]},
  ], {unit: ' %', max: 100, hollow: index => drawn.rejected[index], onselect: index => go(`#/models/${encodeURIComponent(drawn.versions[index])}`)}, signal);
}

function table(models) {
  const columns = ['Version', 'Status', 'Recall@1', 'MAP@R', 'Steps', 'Parent', 'Published', 'Why'];
  return h('div', {class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'Versions'},
    h('table', {},
      h('caption', {class: 'visually-hidden'}, 'Versions, newest first'),
      h('thead', {}, h('tr', {}, columns.map(name => h('th', {scope: 'col', class: ['Recall@1', 'MAP@R', 'Steps'].includes(name) ? 'number' : null}, name)))),
      h('tbody', {}, models.toReversed().map(row))));
}

function row(model) {
  return h('tr', {'data-version': model.version},
    h('th', {scope: 'row'}, h('a', {href: `#/models/${encodeURIComponent(model.version)}`}, model.version)),
    h('td', {}, badge(model.status)),
    h('td', {class: 'number'}, gained(model, 'recallAt1')),
    h('td', {class: 'number'}, gained(model, 'mapAtR')),
    h('td', {class: 'number'}, count(model.steps)),
    h('td', {}, model.parent ?? '–'),
    h('td', {class: 'nowrap'}, time(model.publishedTime)),
    h('td', {class: 'why'}, model.reason));
}
