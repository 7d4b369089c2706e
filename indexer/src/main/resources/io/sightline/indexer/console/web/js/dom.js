// Elements. Text only ever becomes text: nothing here reads HTML.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with attributes (`on...` are listeners, true is an empty attribute, null and false are none) and children. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'value' || name === 'checked') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

/** Appends elements and texts; null and false are left out. */
export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) {
      parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

/** Puts new children in the place of all there are. */
export function replace(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** Tells screen readers. */
export function announce(text) {
  document.getElementById('announce').textContent = text;
}

/** Runs an action after so many milliseconds in which it was not asked for again. */
export function debounced(action, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/**
 * Repeats an asynchronous action until a signal aborts it, one at a time. While the tab is hidden nothing is asked for;
 * when it is shown again, at once.
 */
export function poll(action, milliseconds, signal) {
  let timer = 0;
  let running = false;
  const turn = async () => {
    clearTimeout(timer);
    if (signal.aborted || document.hidden || running) {
      return;
    }
    running = true;
    try {
      await action();
    } finally {
      running = false;
    }
    if (!signal.aborted) {
      timer = setTimeout(turn, milliseconds);
    }
  };
  document.addEventListener('visibilitychange', turn, {signal});
  signal.addEventListener('abort', () => clearTimeout(timer));
  turn();
  return turn;
}
