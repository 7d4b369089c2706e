// A field for labels: those that are chosen, and a list to choose from that the server narrows down.
import {call} from './api.js';
import {debounced, h, replace} from './dom.js';
import {count} from './format.js';

const SHOWN = 50;

/** The field; `changed` is given the labels whenever they change. */
export function labelField(labels, changed, signal) {
  const chosen = [...labels];
  let options = [];
  let active = -1;
  const list = h('ul', {id: 'label-options', role: 'listbox', 'aria-label': 'Labels', class: 'options', hidden: true});
  const more = h('p', {class: 'options-more', hidden: true});
  const box = h('div', {class: 'options-box', hidden: true}, list, more);
  const input = h('input', {id: 'label', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false',
    'aria-expanded': 'false', 'aria-controls': 'label-options', 'aria-autocomplete': 'list', placeholder: 'Any label'});
  const chips = h('ul', {class: 'chips', 'aria-label': 'Chosen labels'});

  const isOpen = () => !box.hidden;
  const close = () => {
    box.hidden = true;
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const choose = label => {
    if (!chosen.includes(label)) {
      chosen.push(label);
      changed([...chosen]);
    }
    input.value = '';
    close();
    showChips();
  };
  const showChips = () => {
    chips.hidden = chosen.length === 0;
    replace(chips, chosen.map(label => chip(label, () => {
      chosen.splice(chosen.indexOf(label), 1);
      showChips();
      changed([...chosen]);
      input.focus();
    })));
  };
  const mark = index => {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === index)));
    if (index >= 0) {
      input.setAttribute('aria-activedescendant', `label-option-${index}`);
      list.children[index].scrollIntoView({block: 'nearest'});
    }
  };
  const ask = async () => {
    const text = input.value.trim();
    try {
      const answer = await call('v1/labels', {query: {contains: text, limit: SHOWN}, signal});
      if (text !== input.value.trim() || document.activeElement !== input) {
        return;
      }
      options = answer.labels;
      replace(list, options.map(({label, images}, at) => h('li', {
        id: `label-option-${at}`, role: 'option', 'aria-selected': 'false', onmousedown: event => {
          event.preventDefault();
          choose(label);
        },
      }, h('span', {class: 'option-name'}, label), h('span', {class: 'option-count'}, count(images)))));
      more.hidden = answer.total <= options.length && options.length > 0;
      more.textContent = options.length === 0 ? 'No label has this in its name.'
        : `${count(answer.total - options.length)} more: type to narrow them down.`;
      box.hidden = false;
      list.hidden = false;
      active = -1;
      input.removeAttribute('aria-activedescendant');
      input.setAttribute('aria-expanded', 'true');
    } catch (failure) {
      if (!signal.aborted) {
        close();
      }
    }
  };
  const askSoon = debounced(ask, 120);
  input.addEventListener('input', askSoon);
  input.addEventListener('focus', askSoon);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen()) {
        ask();
      } else if (options.length > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        mark((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
      }
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const exact = options.findIndex(({label}) => label === input.value.trim());
      const at = active >= 0 ? active : exact >= 0 ? exact : options.length === 1 ? 0 : -1;
      if (isOpen() && at >= 0) {
        choose(options[at].label);
      }
    } else if (event.key === 'Escape' && isOpen()) {
      event.stopPropagation();
      close();
    } else if (event.key === 'Backspace' && input.value === '' && chosen.length > 0) {
      chosen.pop();
      showChips();
      changed([...chosen]);
    }
  });
  showChips();
  return h('div', {class: 'field'}, h('label', {for: 'label'}, 'Label'),
    chips, h('div', {class: 'combobox'}, input, box));
}

/** Something chosen, with a button to take it back. */
export function chip(text, remove) {
  return h('li', {class: 'chip'}, h('span', {}, text),
    h('button', {type: 'button', 'aria-label': `Remove ${text}`, onclick: remove}, '×'));
}
