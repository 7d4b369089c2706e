// Colours for what is drawn on canvases: those of the page, and one for each label.

/** What a custom property of the page comes to in the present colours. */
export function pageColour(name) {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

export const isDark = () => {
  const theme = window.sightlineTheme.current();
  return theme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
};

// Told apart by people who do not see all colours; after Okabe and Ito, a little deeper on light ground.
const FIRST = ['#0072b2', '#d55e00', '#008a63', '#b4539a', '#c79000', '#2f9fd8', '#7a4fbf', '#a3413c'];
const GOLDEN_ANGLE = 137.508;

/** Colours of labels, by how many images have them: the most frequent get the clearest ones. */
export function labelColours(labels) {
  const colours = new Map();
  labels.forEach((label, rank) => {
    const hue = (rank * GOLDEN_ANGLE) % 360;
    const light = 42 + 18 * ((rank * 0.37) % 1);
    colours.set(label, rank < FIRST.length ? FIRST[rank] : `hsl(${hue.toFixed(0)} 55% ${light.toFixed(0)}%)`);
  });
  return colours;
}
