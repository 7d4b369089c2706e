// Chart.js, read when the first chart is drawn, in the colours of the page.
import {h} from './dom.js';
import {pageColour} from './palette.js';

let library = null;

function load() {
  library ??= new Promise((resolve, reject) => {
    const source = new URL('../lib/chart.umd.min.js', import.meta.url).href;
    document.head.append(h('script', {src: source, onload: () => resolve(window.Chart), onerror: () => {
      library = null;
      reject(new Error('The charts could not be loaded; load the page again.'));
    }}));
  });
  return library;
}

/**
 * A line chart that follows the page's colours until the signal aborts, or until it is destroyed.
 *
 * @param series of {name, colour, dash, points}; colours are custom properties
 * @param options of the chart: unit, max, points, onselect(index), and hollow(index), whether a point is drawn as a ring
 */
export async function lineChart(canvas, labels, series, {unit = '', max = null, onselect = null, points = true, hollow = () => false} = {}, signal) {
  const Chart = await load();
  if (signal.aborted) {
    return null;
  }
  const mine = new AbortController();
  signal.addEventListener('abort', () => mine.abort(), {signal: mine.signal});
  const chart = new Chart(canvas, {type: 'line', data: {labels: [], datasets: []}, options: {}});
  const paint = () => {
    const text = pageColour('--text-soft');
    const line = pageColour('--line');
    chart.options = {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: {mode: 'index', intersect: false},
      onClick: (event, elements) => onselect && elements.length > 0 && onselect(elements[0].index),
      scales: {
        x: {ticks: {color: text, maxTicksLimit: 12, maxRotation: 0}, grid: {display: false}, border: {color: line}},
        y: {beginAtZero: true, max: max ?? undefined, grid: {color: line}, border: {display: false},
          ticks: {color: text, maxTicksLimit: 5, callback: value => `${value}${unit}`}},
      },
      plugins: {
        legend: {position: 'top', align: 'end', labels: {color: text, boxWidth: 18, boxHeight: 2}},
        tooltip: {callbacks: {label: item => ` ${item.dataset.label}: ${item.formattedValue}${unit}`}},
      },
    };
    chart.data.datasets.forEach((one, index) => {
      one.borderColor = pageColour(series[index].colour);
      one.backgroundColor = one.borderColor;
      one.pointBackgroundColor = item => (hollow(item.dataIndex) ? pageColour('--raised') : one.borderColor);
    });
    chart.update('none');
  };
  const set = (names, values) => {
    chart.data.labels = names;
    chart.data.datasets = series.map((one, index) => ({
      label: one.name, data: values[index], borderWidth: 2, borderDash: one.dash ?? [], cubicInterpolationMode: 'monotone', clip: 8,
      pointRadius: points ? 4 : 0, pointHoverRadius: points ? 6 : 3, pointStyle: one.shape ?? 'circle', spanGaps: true,
    }));
    paint();
  };
  set(labels, series.map(one => one.points));
  window.addEventListener('theme', paint, {signal: mine.signal});
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint, {signal: mine.signal});
  mine.signal.addEventListener('abort', () => chart.destroy());
  return {set, destroy: () => mine.abort()};
}
