// Who is signed in, and the page to do that.
import {ApiError, call} from './api.js';
import {h, replace} from './dom.js';

const EVERYTHING = {authentication: 'none', name: null, scopes: ['INGEST', 'SEARCH', 'MONITOR', 'ADMIN']};

let session = EVERYTHING;

/** Asks the server. One that has no sessions lets everybody do everything. */
export async function loadSession() {
  try {
    session = await call('v1/session');
  } catch (failure) {
    if (!(failure instanceof ApiError) || failure.status !== 404) {
      throw failure;
    }
    session = EVERYTHING;
  }
  if (session.authentication === 'none') {
    session = {...EVERYTHING, name: session.name ?? null};
  }
  return session;
}

/** Whether somebody has to sign in first. */
export const mustSignIn = () => session.authentication === 'required' && session.scopes.length === 0;

/** Whether requests of a scope are answered. */
export const can = scope => session.scopes.some(one => one.toUpperCase() === scope);

/** Why something is not possible without a scope; null if it is. */
export const lacking = scope => (can(scope) ? null
  : `Your key lacks the scope “${scope.toLowerCase()}”. Sign in with one that has it.`);

/** Shows who is signed in, and the way out. */
export function showWho(element, signedOut) {
  if (session.authentication !== 'required' || mustSignIn()) {
    replace(element);
    return;
  }
  replace(element,
    h('span', {class: 'who-name', title: `Scopes: ${session.scopes.join(', ').toLowerCase()}`}, session.name ?? 'signed in'),
    h('button', {type: 'button', class: 'link', onclick: async () => {
      try {
        await call('v1/session', {method: 'DELETE'});
      } finally {
        signedOut();
      }
    }}, 'Sign out'));
}

/** The page to sign in. */
export function showSignIn(container, signedIn) {
  const key = h('input', {type: 'password', id: 'key', name: 'key', autocomplete: 'current-password', required: true,
    'aria-describedby': 'key-hint key-error', spellcheck: 'false'});
  const error = h('p', {id: 'key-error', class: 'error-text', role: 'alert'});
  const button = h('button', {type: 'submit', class: 'button primary'}, 'Sign in');
  const form = h('form', {class: 'card sign-in', onsubmit: async event => {
    event.preventDefault();
    button.disabled = true;
    error.textContent = '';
    try {
      await call('v1/session', {method: 'POST', body: {key: key.value}});
      await signedIn();
    } catch (failure) {
      error.textContent = failure.status === 401 || failure.status === 403
        ? 'This key is not known, or has expired. Check it, or ask for another one.' : failure.message;
      button.disabled = false;
      key.select();
    }
  }},
  h('h1', {}, 'Sign in'),
  h('p', {}, 'This Sightline asks who you are.'),
  h('label', {for: 'key'}, 'API key'), key,
  h('p', {id: 'key-hint', class: 'hint'}, 'Whoever runs it makes one with “sightline keys”. It is kept on the server for eight hours, not in this browser.'),
  error, button);
  replace(container, form);
  key.focus();
}
