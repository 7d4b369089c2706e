// Figures of versions, as both pages of models show them.
import {h} from './dom.js';
import {percent} from './format.js';

/** A figure, and by how much it is better than the parent's. */
export function gained(model, name) {
  const value = model.metrics[name];
  const parent = model.metrics[`parent.${name}`];
  const points = 100 * (value - parent);
  return [percent(value), Number.isFinite(points)
    ? h('span', {class: points >= 0 ? 'gain' : 'loss', title: 'against its parent, in percentage points'},
      ` ${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(1)}`) : null];
}

export const badge = status => h('span', {class: `status ${status.toLowerCase()}`}, status.toLowerCase());
