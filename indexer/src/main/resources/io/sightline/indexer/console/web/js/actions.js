// What can be done with a version: promote, roll back, retire. Each says beforehand what will happen.
import {call} from './api.js';
import {confirm, toast} from './dialogs.js';
import {h} from './dom.js';
import {time} from './format.js';
import {lacking} from './session.js';

const isKept = model => model.status === 'RETIRED' && (!model.expiresAt || new Date(model.expiresAt) > new Date());

/** Of each action, why it is impossible for a version, or null. */
function impossible(model) {
  const over = `${model.version} is no longer kept: its lane and index are gone.`;
  return {
    promote: {
      CANDIDATE: null, STAGED: null, ACTIVE: `${model.version} is active already.`,
      RETIRED: 'A version that was active before is rolled back to.', REJECTED: 'A rejected version never comes back.',
    }[model.status],
    rollback: {
      CANDIDATE: `${model.version} was never active.`, STAGED: `${model.version} was never active.`,
      ACTIVE: `${model.version} is active already.`, RETIRED: isKept(model) ? null : over, REJECTED: 'A rejected version never comes back.',
    }[model.status],
    retire: {
      CANDIDATE: null, STAGED: null, ACTIVE: 'Searches need it. Promote or roll back to another version first.',
      RETIRED: isKept(model) ? null : over, REJECTED: 'It is over for this version already.',
    }[model.status],
  };
}

const ACTIONS = {
  promote: {name: 'Promote', done: 'promoted', text: (model, active) => (model.status === 'CANDIDATE'
    ? [`${model.version} begins to back-fill now, in place of any other version that does: that one is rejected.`,
      'Searches are answered as before until it has caught up and passed the gates.']
    : [`${model.version} becomes active as soon as it has caught up, without having passed the gates.`,
      `All searches are answered by it from then on; ${active ?? 'the version before'} is kept for a rollback.`])},
  rollback: {name: 'Roll back', done: 'active again', text: (model, active) => [
    `All searches are answered by ${model.version} again, at once.`,
    `${active ?? 'The active version'} is retired, and kept for a while in case you change your mind.`]},
  retire: {name: 'Retire', done: 'retired', danger: true, text: model => (model.status === 'RETIRED'
    ? [`Lane, topic and index of ${model.version} are removed now instead of ${time(model.expiresAt)}.`, 'It cannot be gone back to any more.']
    : [`${model.version} is rejected: what it has back-filled is removed, and it never becomes active.`, 'This cannot be undone.'])},
};

/** Buttons for a version, with the reasons of those that are impossible. */
export function actions(model, active, changed) {
  const reasons = impossible(model);
  const noScope = lacking('ADMIN');
  const notes = [];
  const buttons = Object.entries(ACTIONS).map(([name, action]) => {
    const reason = noScope ?? reasons[name];
    const note = `why-not-${name}`;
    if (reason && !noScope) {
      notes.push(h('li', {id: note}, h('strong', {}, `${action.name}: `), reason));
    }
    return h('button', {
      type: 'button', class: action.danger ? 'button danger-quiet' : 'button', 'aria-disabled': reason ? 'true' : null, title: reason,
      'aria-describedby': reason ? (noScope ? 'why-not-scope' : note) : null, 'data-action': name,
      onclick: reason ? null : () => run(name, model, active, changed),
    }, action.name);
  });
  return h('div', {class: 'version-actions'},
    h('div', {class: 'row'}, buttons),
    noScope ? h('p', {id: 'why-not-scope', class: 'hint'}, noScope) : null,
    notes.length > 0 ? h('ul', {class: 'hint why-not'}, notes) : null);
}

/** Asks, and does it. */
export async function run(name, model, active, changed) {
  const action = ACTIONS[name];
  const done = await confirm({
    title: `${action.name}${name === 'rollback' ? ' to' : ''} ${model.version}?`,
    text: action.text(model, active),
    confirm: action.name,
    danger: action.danger,
    action: () => call(`v1/models/${encodeURIComponent(model.version)}:${name}`, {method: 'POST'}),
  });
  if (done) {
    toast(`${model.version} is ${action.done}.`);
    changed();
  }
}
