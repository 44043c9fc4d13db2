const list = document.getElementById('notes');
const problem = document.getElementById('problem');

async function show() {
  list.replaceChildren();
  for (const note of await window.notes.all()) {
    const item = document.createElement('li');
    item.textContent = note;
    list.append(item);
  }
}

document.getElementById('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  problem.hidden = true;
  try {
    await window.notes.add(document.getElementById('text').value);
    await show();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
});

show();
