const [name, button, note] = ['name', 'open', 'note'].map((id) => document.getElementById(id));

button.addEventListener('click', async () => {
  try {
    note.textContent = await window.notes.read(name.value);
    console.log(note.textContent.trim());
  } catch (error) {
    // What main threw, and where: Error invoking remote method 'note:read': ...
    note.textContent = '';
    console.log(error.message);
  }
});
