// A map on a canvas: drawn, zoomed, moved, and pointed at.
import {h} from './dom.js';
import {pageColour} from './palette.js';
import {nearest, towards} from './plane.js';

const MOST_ZOOM = 40;
const KEYS = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]};

/**
 * A canvas of points.
 *
 * @param points of {id, label, x, y}, -1 to 1
 * @param colours by label
 * @param listeners point(point or null), open(point)
 */
export class Scatter {
  constructor(name, points, colours, listeners, signal) {
    this.points = points;
    this.byId = new Map(points.map(point => [point.id, point]));
    this.colours = colours;
    this.listeners = listeners;
    this.view = {scale: 1, x: 0, y: 0};
    this.focus = {point: null, label: undefined};
    this.fingers = new Map();
    this.canvas = h('canvas', {class: 'scatter', tabindex: '0', role: 'application',
      'aria-label': `${name}. Arrow keys go from image to image, Enter searches by it, plus and minus zoom, 0 shows all.`});
    this.#listen(signal);
  }

  /** Shows points of one label, or one point, before the others. */
  highlight(id, label) {
    this.focus = {point: id === null ? null : this.byId.get(id) ?? null, label};
    this.draw();
  }

  /** Draws all, soon. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.#paint();
    });
  }

  #paint() {
    const ratio = window.devicePixelRatio || 1;
    const {clientWidth: width, clientHeight: height} = this.canvas;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext('2d');
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const none = pageColour('--text-faint');
    const dims = this.focus.label !== undefined;
    const radius = Math.min(7, (this.points.length > 800 ? 2.6 : 3.4) * Math.sqrt(this.view.scale));
    for (const front of dims ? [false, true] : [true]) {
      for (const point of this.points) {
        if (dims && front !== (point.label === this.focus.label)) {
          continue;
        }
        pen.globalAlpha = front ? 0.9 : 0.13;
        pen.fillStyle = point.label === null ? none : this.colours.get(point.label);
        this.#dot(pen, point, front && dims ? radius + 1 : radius);
      }
    }
    pen.globalAlpha = 1;
    if (this.focus.point) {
      pen.strokeStyle = pageColour('--text');
      pen.lineWidth = 2.5;
      const [x, y] = this.place(this.focus.point);
      pen.beginPath();
      pen.arc(x, y, radius + 4, 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  #dot(pen, point, radius) {
    const [x, y] = this.place(point);
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  /** Where a point is on the canvas, in pixels. */
  place(point) {
    const {clientWidth: width, clientHeight: height} = this.canvas;
    const unit = 0.47 * Math.min(width, height) * this.view.scale;
    return [width / 2 + (point.x + this.view.x) * unit, height / 2 + (point.y + this.view.y) * unit];
  }

  #at(event) {
    const {clientWidth: width, clientHeight: height} = this.canvas;
    const box = this.canvas.getBoundingClientRect();
    const unit = 0.47 * Math.min(width, height) * this.view.scale;
    return {x: (event.clientX - box.left - width / 2) / unit - this.view.x, y: (event.clientY - box.top - height / 2) / unit - this.view.y, unit};
  }

  #zoom(factor, centre = {x: -this.view.x, y: -this.view.y}) {
    const scale = Math.min(MOST_ZOOM, Math.max(1, this.view.scale * factor));
    const kept = this.view.scale / scale;
    // The place under the pointer stays there.
    this.view = scale === 1 ? {scale, x: 0, y: 0}
      : {scale, x: (centre.x + this.view.x) * kept - centre.x, y: (centre.y + this.view.y) * kept - centre.y};
    this.draw();
  }

  #listen(signal) {
    const {canvas} = this;
    const on = (name, listener, options = {}) => canvas.addEventListener(name, listener, {...options, signal});
    on('wheel', event => {
      // Without a key the page scrolls, as everywhere.
      if (event.ctrlKey || event.metaKey || this.view.scale > 1 || document.activeElement === canvas) {
        event.preventDefault();
        this.#zoom(Math.exp(-event.deltaY / 300), this.#at(event));
      }
    }, {passive: false});
    on('pointerdown', event => this.#down(event));
    on('pointermove', event => this.#move(event));
    on('pointerup', event => this.#up(event));
    on('pointercancel', event => this.fingers.delete(event.pointerId));
    on('pointerleave', () => this.fingers.size === 0 && document.activeElement !== canvas && this.listeners.point(null));
    on('keydown', event => this.#key(event));
    on('blur', () => this.listeners.point(null));
    new ResizeObserver(() => this.draw()).observe(canvas);
    window.addEventListener('theme', () => this.draw(), {signal});
  }

  #down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, {x: event.clientX, y: event.clientY, moved: 0});
  }

  #move(event) {
    const finger = this.fingers.get(event.pointerId);
    const at = this.#at(event);
    if (!finger) {
      this.listeners.point(nearest(this.points, at.x, at.y, 14 / at.unit));
      return;
    }
    const dx = event.clientX - finger.x;
    const dy = event.clientY - finger.y;
    if (this.fingers.size === 2) {
      const other = [...this.fingers.entries()].find(([id]) => id !== event.pointerId)[1];
      const before = Math.hypot(finger.x - other.x, finger.y - other.y);
      const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      this.#zoom(before > 0 ? after / before : 1, at);
    } else if (this.view.scale > 1) {
      this.view = {...this.view, x: this.view.x + dx / at.unit, y: this.view.y + dy / at.unit};
      this.draw();
    }
    this.fingers.set(event.pointerId, {x: event.clientX, y: event.clientY, moved: finger.moved + Math.hypot(dx, dy)});
  }

  #up(event) {
    const finger = this.fingers.get(event.pointerId);
    this.fingers.delete(event.pointerId);
    if (finger && finger.moved < 5) {
      const at = this.#at(event);
      const point = nearest(this.points, at.x, at.y, 18 / at.unit);
      // A finger cannot point before it presses: the first touch shows, the second opens.
      if (point && (event.pointerType === 'mouse' || this.focus.point === point)) {
        this.listeners.open(point);
      } else {
        this.listeners.point(point);
      }
    }
  }

  #key(event) {
    const from = this.focus.point;
    if (KEYS[event.key]) {
      event.preventDefault();
      const [dx, dy] = KEYS[event.key];
      const next = from ? towards(this.points, from, dx, dy) : nearest(this.points, -this.view.x, -this.view.y, Infinity);
      if (next) {
        this.listeners.point(next);
      }
    } else if (event.key === 'Enter' && from) {
      this.listeners.open(from);
    } else if (event.key === '+' || event.key === '=') {
      this.#zoom(1.4, from ?? undefined);
    } else if (event.key === '-') {
      this.#zoom(1 / 1.4, from ?? undefined);
    } else if (event.key === '0') {
      this.#zoom(0);
    } else if (event.key === 'Escape') {
      this.listeners.point(null);
    }
  }
}
