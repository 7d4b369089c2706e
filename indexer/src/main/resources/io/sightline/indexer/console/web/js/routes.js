// Addresses of pages: #/page/rest?parameters. The back button works because they are the browser's own.

/** What the address says now: the page's name, what is behind it, and its parameters. */
export function current() {
  const hash = location.hash.startsWith('#/') ? location.hash.slice(2) : 'search';
  const [path, query = ''] = hash.split(/\?(.*)/s);
  const [page, ...rest] = path.split('/');
  return {page: page || 'search', rest: rest.map(decoded).join('/'), params: new URLSearchParams(query)};
}

/** As it is, if somebody mistyped it. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Address of a page; values that are null or empty are left out, lists are repeated. */
export function link(page, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== '') {
        query.append(name, one);
      }
    }
  }
  const text = query.toString();
  return `#/${page}${text ? `?${text}` : ''}`;
}

export function go(address) {
  location.hash = address;
}
