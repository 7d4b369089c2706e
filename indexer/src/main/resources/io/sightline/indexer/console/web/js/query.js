// What is searched for, between the address and a request to the API.
import {link} from './routes.js';

export const SIZES = [12, 24, 48, 96];
const DEFAULT_SIZE = 24;

/**
 * Images that were dropped or chosen, by name: an address cannot hold them, so they last as long as the page. A page that was
 * loaded again gives other names, since the addresses of before are in the history still.
 */
const images = new Map();

const loaded = Date.now().toString(36);

/** Keeps an image and gives it a name. */
export function keep(file) {
  const name = `${loaded}-${images.size + 1}`;
  images.set(name, {file, url: URL.createObjectURL(file)});
  return name;
}

export const kept = name => images.get(name) ?? null;

/** The query that an address holds. */
export function fromParams(params) {
  const size = Number(params.get('k'));
  return {
    id: params.get('id'),
    image: params.get('image'),
    labels: params.getAll('label'),
    tags: params.getAll('tag'),
    from: params.get('from'),
    before: params.get('before'),
    k: SIZES.includes(size) ? size : DEFAULT_SIZE,
    explain: params.get('explain') === 'true',
  };
}

/** The address of a query with something changed. */
export function toAddress(query, change = {}) {
  const next = {...query, ...change};
  return link('search', {
    id: next.id,
    image: next.id ? null : next.image,
    label: next.labels,
    tag: next.tags,
    from: next.from,
    before: next.before,
    k: next.k === DEFAULT_SIZE ? null : next.k,
    explain: next.explain ? 'true' : null,
  });
}

/** The filter of a request; null if there is none. */
export function filterOf(query) {
  const filter = {};
  if (query.labels.length > 0) {
    filter.label = query.labels;
  }
  if (query.tags.length > 0) {
    filter.tags = {};
    for (const tag of query.tags) {
      const [key, value = ''] = tag.split(/=(.*)/s);
      const known = filter.tags[key];
      filter.tags[key] = {in: known ? [...known.in, value] : [value]};
    }
  }
  if (query.from || query.before) {
    filter.eventTime = {from: iso(query.from), before: iso(query.before)};
  }
  return Object.keys(filter).length > 0 ? filter : null;
}

function iso(local) {
  const date = local ? new Date(local) : null;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : null;
}

/** Body of a search. */
export async function requestOf(query, after = null) {
  const body = {k: query.k, filter: filterOf(query), after, explain: query.explain};
  if (query.id) {
    body.id = query.id;
  } else {
    body.image = await base64(kept(query.image).file);
  }
  return body;
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => reject(new Error('The file could not be read; choose it again.'));
    reader.readAsDataURL(file);
  });
}
