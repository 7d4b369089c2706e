// Figures and times as people read them.

const whole = new Intl.NumberFormat('en');
const oneDigit = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const moment = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'});

export const count = value => whole.format(value);

export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export const rate = value => (value === null ? '–' : oneDigit.format(value));

export const percent = share => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : '–');

export const score = value => value.toFixed(3);

export const time = text => (text ? moment.format(new Date(text)) : '–');

/** Milliseconds, in the unit that suits them. */
export function duration(millis) {
  if (millis === null) {
    return '–';
  }
  if (millis < 1000) {
    return `${Math.round(millis)} ms`;
  }
  if (millis < 60_000) {
    return `${(millis / 1000).toFixed(1)} s`;
  }
  if (millis < 3_600_000) {
    return `${Math.round(millis / 60_000)} min`;
  }
  return millis < 172_800_000 ? `${(millis / 3_600_000).toFixed(1)} h` : `${Math.round(millis / 86_400_000)} days`;
}

export function bytes(value) {
  if (value < 1024) {
    return `${value} B`;
  }
  return value < 1024 * 1024 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

export function ago(text) {
  const millis = Date.now() - new Date(text).getTime();
  return millis < 10_000 ? 'just now' : `${duration(millis)} ago`;
}
