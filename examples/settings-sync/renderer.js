function show({ theme, fontSize }) {
  document.body.className = theme;
  console.log(`${theme} at ${fontSize} points`);
}

show(window.settings.initial);
window.settings.onChange(show);

document.getElementById('dark').onclick = () => {
  window.settings.write({ theme: 'dark' });
  document.body.className = 'dark';
};
