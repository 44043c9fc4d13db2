const element = (id) => document.getElementById(id);

orders.onCount((count) => {
  element('count').textContent = `${count} orders`;
});

element('place').addEventListener('click', async () => {
  try {
    const { number, version } = await orders.place({ name: element('name').value, pieces: element('pieces').value });
    element('out').textContent = `order ${number}, by version ${version}`;
  } catch (error) {
    element('out').textContent = error.message;
  }
});
