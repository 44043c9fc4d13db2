const word = document.getElementById('word');

function search(goOn) {
  let seen = 0;
  const onMatch = ({ line, text }) => {
    seen += 1;
    console.log(`${line}: ${text}`);
    return goOn;
  };
  window.poem.search(word.value, onMatch, () => console.log(`${seen} found`));
}

document.getElementById('all').addEventListener('click', () => search(true));
document.getElementById('first').addEventListener('click', () => search(false));
