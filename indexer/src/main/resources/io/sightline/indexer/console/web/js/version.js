// One version: what it is, what became of it, and what can be done with it.
import {actions} from './actions.js';
import {call} from './api.js';
import {h, poll, replace} from './dom.js';
import {badge, gained} from './figures.js';
import {count, percent, time} from './format.js';
import {showFailure, skeleton} from './states.js';

/** Shows a version, and follows it. */
export async function showVersion(main, version, signal) {
  const body = h('div', {}, skeleton('rows', 6));
  replace(main,
    h('p', {class: 'crumbs'}, h('a', {href: '#/models'}, 'Models'), ' / ', version),
    body);
  const load = async () => {
    try {
      const [model, models] = await Promise.all([
        call(`v1/models/${encodeURIComponent(version)}`, {signal}), call('v1/models', {signal})]);
      const active = models.find(one => one.status === 'ACTIVE')?.version ?? null;
      // Not under the hands of somebody who is just pressing a button.
      if (!body.contains(document.activeElement) || !body.dataset.shown) {
        paint(body, model, models, active, () => load());
      }
      body.dataset.shown = 'yes';
    } catch (failure) {
      delete body.dataset.shown;
      showFailure(body, failure, () => reload(), signal, h('a', {class: 'button', href: '#/models'}, 'All versions'));
    }
  };
  const reload = poll(load, 5000, signal);
  window.addEventListener('version', () => reload(), {signal});
}

function paint(body, model, models, active, changed) {
  const children = models.filter(one => one.parent === model.version).map(one => one.version);
  replace(body,
    h('div', {class: 'page-head'}, h('h1', {}, model.version, ' ', badge(model.status)), h('p', {class: 'lead'}, model.reason)),
    actions(model, active, () => {
      document.activeElement?.blur();
      changed();
    }),
    h('div', {class: 'columns'},
      section('What it is', [
        ['Parent', model.parent ? h('a', {href: `#/models/${encodeURIComponent(model.parent)}`}, model.parent) : 'none: an initial network'],
        ['Followed by', children.length > 0 ? children.map((one, at) => [at > 0 ? ', ' : '', h('a', {href: `#/models/${encodeURIComponent(one)}`}, one)]) : 'none'],
        ['Published', time(model.publishedTime)],
        ['Kept until', model.expiresAt ? time(model.expiresAt) : null],
        ['Steps', count(model.steps)],
        ['Trained on', `${count(model.trainingImages)} images of ${count(model.classes)} classes`],
        ['Dimensions', count(model.dimensions)],
        ['Seed', String(model.seed)],
        ['Answers for', model.compatibleWith],
        ['Preprocessing', h('code', {}, model.preprocessing)],
        ['Artifact', h('code', {}, model.artifactUri)],
      ]),
      section('How good it is', [
        ['Recall@1', gained(model, 'recallAt1')],
        ['MAP@R', gained(model, 'mapAtR')],
        ...figures(model.metrics, name => !['recallAt1', 'mapAtR'].includes(name) && !name.startsWith('parent.')),
      ]),
      section('Gates', figures(model.gate, () => true), 'It has not come to the gates, or was promoted past them.')),
    h('section', {class: 'card'}, h('h2', {}, 'History'), history(model.history)),
    Object.keys(model.settings).length > 0 ? h('details', {class: 'card'}, h('summary', {}, 'Settings it was trained with'),
      pairs(Object.entries(model.settings).sort().map(([name, value]) => [name, value]))) : null);
}

function section(title, rows, otherwise = '') {
  const filled = rows.filter(([, value]) => value !== null && value !== undefined);
  return h('section', {class: 'card'}, h('h2', {}, title), filled.length > 0 ? pairs(filled) : h('p', {class: 'hint'}, otherwise));
}

const pairs = rows => h('dl', {class: 'pairs'}, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

function figures(values, wanted) {
  return Object.entries(values).filter(([name]) => wanted(name)).sort(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => [name, /recall|mapAtR|overlap|share|chance/i.test(name) && Math.abs(value) <= 1 ? percent(value) : number(value)]);
}

const number = value => (Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4))));

function history(steps) {
  return h('ol', {class: 'history'}, steps.toReversed().map(step => h('li', {},
    h('div', {}, badge(step.status), h('time', {datetime: step.eventTime}, time(step.eventTime))),
    h('p', {}, step.reason || step.cause),
    h('p', {class: 'hint'}, `decided by ${step.decidedBy || 'unknown'}, offset ${step.offset}`))));
}
