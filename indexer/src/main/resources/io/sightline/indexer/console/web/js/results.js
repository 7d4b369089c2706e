// Neighbours as a grid of thumbnails. Arrow keys move, Enter searches on.
import {imageAddress} from './api.js';
import {h} from './dom.js';
import {score} from './format.js';
import {toAddress} from './query.js';

/** The grid of some hits. */
export function grid(hits, query) {
  const list = h('ul', {class: 'grid', id: 'hits', role: 'list', 'aria-label': 'Neighbours, best first', onkeydown: move});
  list.append(...hits.map(hit => card(hit, query)));
  return list;
}

/** One neighbour. */
export function card(hit, query) {
  const tags = Object.entries(hit.tags).map(([key, value]) => `${key}=${value}`);
  return h('li', {},
    h('a', {class: 'hit', href: toAddress(query, {id: hit.id, image: null}), title: describe(hit, tags)},
      thumbnail(hit.id),
      h('span', {class: 'hit-line'},
        h('span', {class: hit.label === null ? 'hit-label none' : 'hit-label'}, hit.label ?? 'no label'),
        h('span', {class: 'hit-score'}, score(hit.score))),
      h('meter', {class: 'hit-meter', min: '0', max: '1', value: Math.max(0, hit.score), 'aria-hidden': 'true'}),
      h('span', {class: 'hit-id'}, hit.id),
      h('span', {class: 'hit-tags'}, [hit.version, ...tags].join(' · '))));
}

function describe(hit, tags) {
  return [hit.id, `score ${score(hit.score)}`, hit.label ?? 'no label', ...tags, hit.version, hit.eventTime].join('\n');
}

/** An image of the index, in a box of its size from the beginning. */
export function thumbnail(id, size = 160) {
  const frame = h('span', {class: 'thumb'});
  const image = h('img', {src: imageAddress(id), alt: '', width: String(size), height: String(size), loading: 'lazy',
    decoding: 'async', onerror: () => frame.replaceChildren(h('span', {class: 'thumb-none'}, 'no preview'))});
  frame.append(image);
  return frame;
}

function move(event) {
  const links = [...event.currentTarget.querySelectorAll('a.hit')];
  const at = links.indexOf(document.activeElement);
  const step = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(links), ArrowUp: -columns(links)}[event.key];
  const target = event.key === 'Home' ? 0 : event.key === 'End' ? links.length - 1 : at + step;
  if (at >= 0 && Number.isInteger(target) && links[target]) {
    event.preventDefault();
    links[target].focus();
  }
}

function columns(links) {
  const top = links[0].offsetTop;
  const second = links.findIndex(one => one.offsetTop > top);
  return second < 0 ? links.length : second;
}
