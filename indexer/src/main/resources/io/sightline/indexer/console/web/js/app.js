// The shell: navigation, who is signed in, which version answers, and the page that the address names.
import {follow} from './api.js';
import {announce, h, replace} from './dom.js';
import {current} from './routes.js';
import {can, lacking, loadSession, mustSignIn, showSignIn, showWho} from './session.js';
import {showFailure, state} from './states.js';

const PAGES = {
  search: {title: 'Search', scope: 'SEARCH', load: () => import('./search.js')},
  models: {title: 'Models', scope: 'SEARCH', load: () => import('./models.js')},
  pipeline: {title: 'Pipeline', scope: 'MONITOR', load: () => import('./pipeline.js')},
  map: {title: 'Embedding map', scope: 'SEARCH', load: () => import('./map.js')},
};

const main = document.getElementById('main');
let leaving = new AbortController();
let shown = null;
let following = null;
let answering = null;

async function show() {
  const route = current();
  const page = PAGES[route.page];
  leaving.abort();
  leaving = new AbortController();
  const {signal} = leaving;
  mark(route.page);
  if (mustSignIn()) {
    shown = null;
    document.title = 'Sign in · Sightline';
    showSignIn(main, start);
    return;
  }
  if (!page) {
    replace(main, state({title: 'There is no such page', text: 'The address may be mistyped.',
      action: h('a', {class: 'button', href: '#/search'}, 'Go to search')}));
    return;
  }
  document.title = `${route.rest || page.title} · Sightline`;
  const changed = shown !== route.page + route.rest;
  shown = route.page + route.rest;
  if (!can(page.scope)) {
    replace(main, h('h1', {}, page.title), state({title: 'This page is not for your key', text: lacking(page.scope)}));
    return;
  }
  try {
    const module = await page.load();
    if (!signal.aborted) {
      await module.show(main, route, signal);
    }
  } catch (failure) {
    if (!signal.aborted) {
      notLoaded(failure);
    }
    return;
  }
  if (changed && !signal.aborted) {
    window.scrollTo(0, 0);
    announce(document.title);
  }
}

/** Its modules could not be read, or are those of another release than the ones that run. */
function notLoaded(failure) {
  shown = null;
  replace(main, state({title: 'This page could not be loaded', tone: 'error',
    text: `Check that the indexer runs, and your way to it; then load the page again. (${failure.message})`,
    action: h('button', {type: 'button', class: 'button', onclick: () => location.reload()}, 'Load the page again')}));
}

function mark(name) {
  for (const one of document.querySelectorAll('#nav a')) {
    if (one.dataset.page === name) {
      one.setAttribute('aria-current', 'page');
    } else {
      one.removeAttribute('aria-current');
    }
  }
}

/** Which version answers, in the corner, as it changes. */
function followVersion() {
  const serving = document.getElementById('serving');
  following?.abort();
  following = new AbortController();
  if (!can('SEARCH') || mustSignIn()) {
    replace(serving);
    return;
  }
  follow(['version'], (name, {version, before}) => {
    replace(serving, h('a', {href: `#/models/${encodeURIComponent(version)}`, title: 'The version that answers searches'},
      h('span', {class: 'dot', 'aria-hidden': 'true'}), version));
    // The first event of a stream says what is so already, and a page that was hidden has missed some.
    if (version === answering) {
      return;
    }
    const last = answering ?? before;
    answering = version;
    if (last) {
      announce(`Version ${version} answers now, before it was ${last}.`);
      window.dispatchEvent(new CustomEvent('version'));
    }
  }, following.signal);
}

function showTheme() {
  const theme = window.sightlineTheme.current();
  const names = {auto: 'as the system', light: 'light', dark: 'dark'};
  const button = document.getElementById('theme');
  button.textContent = {auto: '◐', light: '☀', dark: '☾'}[theme];
  button.setAttribute('aria-label', `Colours: ${names[theme]}. Change`);
  button.title = `Colours: ${names[theme]}`;
}

async function start() {
  try {
    await loadSession();
  } catch (failure) {
    showFailure(main, failure, start, null);
    return;
  }
  showWho(document.getElementById('who'), start);
  followVersion();
  await show();
}

window.addEventListener('hashchange', () => {
  if (location.hash !== '#main') {
    show();
  }
});
window.addEventListener('signed-out', () => start());
window.addEventListener('theme', showTheme);
document.getElementById('theme').addEventListener('click', () => window.sightlineTheme.next());
document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
showTheme();
start();
