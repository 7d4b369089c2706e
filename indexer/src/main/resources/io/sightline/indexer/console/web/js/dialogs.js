// Questions before something is done that others notice.
import {append, h} from './dom.js';

/**
 * Asks. The action runs while the dialog is open, and what it throws is shown there.
 *
 * @returns true if it was done, false if not
 */
export function confirm({title, text, confirm: verb, danger = false, action}) {
  return new Promise(resolve => {
    const error = h('p', {class: 'error-text', role: 'alert'});
    const yes = h('button', {type: 'button', class: danger ? 'button danger' : 'button primary'}, verb);
    const no = h('button', {type: 'button', class: 'button', autofocus: true}, 'Cancel');
    const dialog = h('dialog', {class: 'dialog', 'aria-labelledby': 'dialog-title', 'aria-describedby': 'dialog-text'},
      h('h2', {id: 'dialog-title'}, title),
      h('div', {id: 'dialog-text'}, (Array.isArray(text) ? text : [text]).map(one => h('p', {}, one))),
      error,
      h('div', {class: 'dialog-actions'}, no, yes));
    let done = false;
    no.addEventListener('click', () => dialog.close());
    yes.addEventListener('click', async () => {
      yes.disabled = true;
      yes.classList.add('busy');
      error.textContent = '';
      try {
        await action();
        done = true;
        dialog.close();
      } catch (failure) {
        error.textContent = failure.message;
        yes.disabled = false;
        yes.classList.remove('busy');
      }
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(done);
    });
    append(document.body, [dialog]);
    dialog.showModal();
  });
}

/** A short message that goes away by itself. */
export function toast(text) {
  document.querySelector('.toast')?.remove();
  const element = h('div', {class: 'toast', role: 'status'}, text);
  append(document.body, [element]);
  setTimeout(() => element.remove(), 6000);
}
