// A classic script in the head, so that the right colours are there with the first paint.
(() => {
  const key = 'sightline.theme';
  const order = ['auto', 'light', 'dark'];
  let theme = 'auto';
  try {
    theme = order.find(one => one === localStorage.getItem(key)) ?? 'auto';
  } catch {
    // Storage is switched off: the system's colours.
  }
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new Event('theme'));
  };
  window.sightlineTheme = {
    current: () => theme,
    next: () => {
      theme = order[(order.indexOf(theme) + 1) % order.length];
      try {
        localStorage.setItem(key, theme);
      } catch {
        // It holds until the page is left.
      }
      apply();
    },
  };
  apply();
})();
