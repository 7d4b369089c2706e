// What neighbours must have, and how many are wanted.
import {h, replace} from './dom.js';
import {chip, labelField} from './labels.js';
import {SIZES} from './query.js';

/** The fields; `changed` is given what has changed of the query. */
export function filters(query, changed, signal) {
  const active = query.labels.length + query.tags.length + (query.from ? 1 : 0) + (query.before ? 1 : 0);
  return h('details', {class: 'filters', open: active > 0 || matchMedia('(min-width: 60rem)').matches},
    h('summary', {}, 'Filters', active > 0 ? h('span', {class: 'badge'}, String(active)) : null),
    labelField(query.labels, labels => changed({labels}), signal),
    tagField(query.tags, tags => changed({tags})),
    h('fieldset', {class: 'field range'}, h('legend', {}, 'Event time'),
      timeField('from', 'From', query.from, changed),
      timeField('before', 'Before', query.before, changed)),
    h('div', {class: 'field'}, h('label', {for: 'k'}, 'Neighbours'),
      h('select', {id: 'k', onchange: event => changed({k: Number(event.target.value)})},
        SIZES.map(size => h('option', {value: String(size), selected: size === query.k}, String(size))))),
    h('label', {class: 'check'}, h('input', {type: 'checkbox', checked: query.explain,
      onchange: event => changed({explain: event.target.checked})}), 'Explain the answer'),
    active > 0 ? h('button', {type: 'button', class: 'link',
      onclick: () => changed({labels: [], tags: [], from: null, before: null})}, 'Clear all filters') : null);
}

function timeField(name, title, value, changed) {
  const apply = event => {
    if (event.target.value !== (value ?? '') && (event.target.value === '' || event.target.validity.valid)) {
      changed({[name]: event.target.value});
    }
  };
  return h('label', {}, h('span', {}, title),
    h('input', {type: 'datetime-local', id: name, value: value ?? '', onblur: apply, onkeydown: event => {
      if (event.key === 'Enter') {
        apply(event);
      }
    }}));
}

function tagField(tags, changed) {
  const hint = h('p', {id: 'tag-hint', class: 'hint'}, 'key=value, then Enter');
  const input = h('input', {id: 'tag', type: 'text', autocomplete: 'off', spellcheck: 'false',
    placeholder: 'source=phone', 'aria-describedby': 'tag-hint', onkeydown: event => {
      if (event.key === 'Enter') {
        event.preventDefault();
        const text = input.value.trim();
        if (!/^[^=]+=/.test(text)) {
          hint.textContent = 'A tag is written key=value, for instance source=phone.';
          input.setAttribute('aria-invalid', 'true');
        } else if (!tags.includes(text)) {
          changed([...tags, text]);
        }
      }
    }});
  const chips = h('ul', {class: 'chips', 'aria-label': 'Chosen tags', hidden: tags.length === 0});
  replace(chips, tags.map(tag => chip(tag, () => changed(tags.filter(one => one !== tag)))));
  return h('div', {class: 'field'}, h('label', {for: 'tag'}, 'Tag'), chips, input, hint);
}
