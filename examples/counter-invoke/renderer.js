const output = document.getElementById('count');

async function add(step) {
  try {
    output.textContent = await window.counter.add(step);
    console.log(`the count is ${output.textContent}`);
  } catch (error) {
    console.log(error.message);
  }
}

document.getElementById('plus').addEventListener('click', () => add(1));
document.getElementById('minus').addEventListener('click', () => add(-1));
