const percent = document.getElementById('percent');

window.view.onZoom((step) => {
  percent.textContent = Number(percent.textContent) + step;
  window.view.zoomed(Number(percent.textContent));
});
