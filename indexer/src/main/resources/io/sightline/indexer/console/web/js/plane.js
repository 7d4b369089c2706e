// Geometry of maps.

/**
 * Turns, and perhaps mirrors, one map so that it lies on another as well as it can: t-SNE's axes mean nothing, and the eye
 * would look for changes where there are none. The orthogonal Procrustes problem in two dimensions.
 *
 * @returns the points of `moved`, placed anew
 */
export function align(moved, fixed) {
  const there = new Map(fixed.map(point => [point.id, point]));
  const pairs = moved.filter(point => there.has(point.id)).map(point => [point, there.get(point.id)]);
  if (pairs.length < 3) {
    return moved;
  }
  const straight = turn(pairs, 1);
  const mirrored = turn(pairs, -1);
  const {cos, sin, flip} = straight.fit >= mirrored.fit ? straight : mirrored;
  return moved.map(point => ({...point, x: cos * point.x - sin * flip * point.y, y: sin * point.x + cos * flip * point.y}));
}

function turn(pairs, flip) {
  let dot = 0;
  let cross = 0;
  for (const [from, to] of pairs) {
    dot += from.x * to.x + flip * from.y * to.y;
    cross += from.x * to.y - flip * from.y * to.x;
  }
  const length = Math.hypot(dot, cross) || 1;
  return {cos: dot / length, sin: cross / length, flip, fit: length};
}

/** The nearest point to a place within a distance; null if there is none. */
export function nearest(points, x, y, within) {
  let best = null;
  let least = within * within;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least) {
      least = distance;
      best = point;
    }
  }
  return best;
}

/** The point next to another one in a direction, for arrow keys; what lies aside counts double. */
export function towards(points, from, dx, dy) {
  let best = null;
  let least = Infinity;
  for (const point of points) {
    const along = (point.x - from.x) * dx + (point.y - from.y) * dy;
    const aside = Math.abs((point.x - from.x) * dy) + Math.abs((point.y - from.y) * dx);
    if (along > 1e-6 && along + 2 * aside < least) {
      least = along + 2 * aside;
      best = point;
    }
  }
  return best;
}
